"""URL patterns of this app."""

from django.urls import path

from privacy.consent.views import consents, legal_documents, receipts
from privacy.oversight.views import breaches, disclosures
from privacy.rights.views import exports, rights, rights_requests
from privacy.sharing.views import grants
from privacy.views import access_log, files, hub, transparency_log

urlpatterns = [
    path("privacy.html", legal_documents.document, {"kind": "policy"}, name="policy"),
    path("terms.html", legal_documents.document, {"kind": "terms"}, name="terms"),
    path("privacy/<int:number>.html", legal_documents.document_version, {"kind": "policy"}, name="document_version"),
    path("terms/<int:number>.html", legal_documents.document_version, {"kind": "terms"}, name="document_version"),
    path("consent/", consents.consent, name="consent"),
    path("limited/", consents.limited, name="limited"),
    path("my-consents/", consents.own_consents, name="consents"),
    path("my-consents/<str:kind>/withdraw/", consents.withdraw, name="consent_withdraw"),
    path("my-consents/receipts/<str:number>/", receipts.receipt, name="receipt"),
    path("my-consents/receipts/<str:number>.proof.json", receipts.receipt_proof, name="receipt_proof"),
    path("my-consents/receipts/<str:number>.json", receipts.receipt_json, name="receipt_json"),
    path("my-consents/receipts/<str:number>.pdf", receipts.receipt_pdf, name="receipt_pdf"),
    path("receipts/", receipts.check, name="receipt_check"),
    path("evidence/", transparency_log.evidence, name="evidence"),
    path("evidence/checkpoint", transparency_log.checkpoint, name="evidence_checkpoint"),
    path("evidence/consistency/<int:size>", transparency_log.consistency, name="evidence_consistency"),
    path("evidence/keys.pem", transparency_log.public_keys, name="evidence_keys"),
    path("my-rights/", rights.rights, name="rights"),
    path("my-rights/ask/<str:kind>/", rights_requests.rights_ask, name="rights_ask"),
    path("my-rights/requests/<str:number>/", rights_requests.rights_request, name="rights_request"),
    path("my-rights/download/", exports.download, name="download"),
    path("my-privacy/", hub.hub, name="hub"),
    path("files/<str:model>/<str:pk>/<str:field>/", files.private_file, name="file"),
    path("my-sharing/", grants.sharing, name="sharing"),
    path("my-sharing/requests/<str:number>/", grants.sharing_request, name="sharing_request"),
    path("my-sharing/<str:number>/", grants.grant, name="grant"),
    path("my-sharing/<str:number>/withdraw/", grants.grant_withdraw, name="grant_withdraw"),
    path("my-sharing/<str:number>/narrow/", grants.grant_narrow, name="grant_narrow"),
    path("my-notices/<str:number>/", breaches.breach_notice, name="breach_notice"),
    path("my-disclosures/", disclosures.disclosures, name="disclosures"),
    path("my-disclosures/<uuid:pk>/", disclosures.disclosure, name="disclosure"),
    path("my-access-log/", access_log.access_log, name="access_log"),
    path("my-access-log/access-log.csv", access_log.access_log_csv, name="access_log_csv"),
]
