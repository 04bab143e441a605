"""Uploaded files: pictures are redrawn, PDF files with active content are refused, and all are encrypted on disk.

Only the suffix of a file's own name is used. A stored file has no URL: the `file` view opens it through the scope.
"""

import codecs
import contextlib
import fcntl
import hashlib
import io
import logging
import math
import os
import re
import uuid
from pathlib import Path, PurePosixPath

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import transaction
from django.utils.deconstruct import deconstructible
from django.utils.formats import number_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from accounts.encryption import HEAD_LENGTH, decrypt_bytes, encrypt_bytes, key_id_of_bytes
from accounts.middleware import signed_in
from privacy.files import image_limits, pdf_sanitizer, virus_scan

logger = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
LONGEST_SIDE = 3000  # pixels: an identity card stays legible, a photo stays small
JPEG_QUALITY = 88
# First bytes → plugin, called directly, so that Pillow tries no other format
PICTURES = {b"\xff\xd8\xff": JpegImageFile, b"\x89PNG\r\n\x1a\n": PngImageFile}
TURNS = {  # Exif 2.3, tag 274
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
FOLDER = re.compile(r"[a-z0-9_]{1,30}")
ENDINGS = (".jpg", ".pdf")  # of stored files
ENDING = re.compile(r"\.[A-Za-z0-9]{1,10}$")
SUFFIXES_OF_KIND = {".jpg": (".jpg", ".jpeg", ".jpe", ".jfif", ".png"), ".pdf": (".pdf",)}
REQUEST_FILES = 3  # maximum length of a request, in multiples of UPLOAD_MAX_MB
READ_AWAY = 4  # a longer request is read up to this multiple of the limit, then refused
TEMPORARY_SUFFIX = ".new"  # suffix of the new file while one is encrypted again


class EncryptedFiles:
    """Storage mixin that encrypts files and names them randomly; put it before FileSystemStorage or a bucket's class.

    The name is authenticated with the content: a file moved to another name cannot be decrypted (DecryptionError).
    """

    def get_available_name(self, name, max_length=None):
        """Return a random name; of the given one only a plain folder and a known suffix are kept."""
        name = PurePosixPath(str(name).replace("\\", "/"))
        folder = name.parts[0] if len(name.parts) > 1 and FOLDER.fullmatch(name.parts[0]) else "files"
        ending = name.suffix.lower() if name.suffix.lower() in ENDINGS else ""
        return f"{folder}/{uuid.uuid4().hex}{ending}"

    def url(self, name):
        # An AttributeError, so that Django's file widgets show no link instead of breaking
        raise AttributeError("A private file has no address: link to the view named 'file'.")

    def size(self, name):
        return self._open(name).size

    def _open(self, name, mode="rb"):
        if mode != "rb":
            raise ValueError("A private file is written once, by save().")
        with super()._open(name, mode) as sealed:
            return ContentFile(decrypt_bytes(sealed.read(), context=name), name=name)

    def _save(self, name, content):
        content.seek(0)
        return super()._save(name, ContentFile(encrypt_bytes(content.read(), context=name)))

    def folders(self):
        return self.listdir("")[0] if self.exists("") else []

    def names(self, folder):
        """Return the names of the files in one folder, without those that an interrupted `reseal` left."""
        if not self.exists(folder):
            return []
        return [f"{folder}/{name}" for name in sorted(self.listdir(folder)[1]) if not name.endswith(TEMPORARY_SUFFIX)]

    def key_of(self, name):
        """Return the id of the key that encrypted a file; "" if it is not encrypted."""
        with super()._open(name, "rb") as sealed:
            return key_id_of_bytes(sealed.read(HEAD_LENGTH))

    def reseal(self, name):
        """Encrypt a file again with the first key, under the same name."""
        with super()._open(name, "rb") as sealed:
            content = decrypt_bytes(sealed.read(), context=name)
        self._replace(name, encrypt_bytes(content, context=name))

    def _replace(self, name, sealed):
        """Overwrite the file: a bucket replaces the object of the same name at once."""
        super()._save(name, ContentFile(sealed))


@deconstructible
class PrivateStorage(EncryptedFiles, FileSystemStorage):
    """Encrypted files in PRIVATE_FILES_DIR, accessible to the owner of the process only."""

    file_permissions_mode = 0o600
    directory_permissions_mode = 0o700

    @property
    def base_location(self):
        return self._value_or_setting(self._location, settings.PRIVATE_FILES_DIR)

    @property
    def location(self):
        return os.path.abspath(self.base_location)

    def delete(self, name):
        with self._locked():
            super().delete(name)
            Path(self._temporary_path(name)).unlink(missing_ok=True)  # left by an interrupted `reseal`

    def reseal(self, name):
        with self._locked():
            super().reseal(name)

    def _replace(self, name, sealed):
        temporary = self._temporary_path(name)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, self.file_permissions_mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.path(name))

    def _temporary_path(self, name):
        return self.path(name) + TEMPORARY_SUFFIX

    @contextlib.contextmanager
    def _locked(self):
        """Lock `reseal` and `delete` against each other: a file that is erased meanwhile must not be written again."""
        os.makedirs(self.location, self.directory_permissions_mode, exist_ok=True)
        lock = os.open(os.path.join(self.location, ".lock"), os.O_RDWR | os.O_CREAT, self.file_permissions_mode)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


class MemoryUploads(MemoryFileUploadHandler):
    """Keeps uploads in memory, so that no identity card is written unencrypted to a temporary folder.

    Beyond the limit of a file only its length is counted, for the form to report. A request that could hold more than
    REQUEST_FILES such files is refused unread; so is one by a visitor, as no public page takes files.
    """

    activated = True  # for files of every size, which Django would limit

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):  # noqa: N803 - Django's name
        if encoding and codecs.lookup(encoding).name != "utf-8":
            raise BadRequest("A form in another encoding than UTF-8.")
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if signed_in(self.request):
            most += request_max_mb() * MEGABYTE
        if content_length > most:
            _read_away(input_data, READ_AWAY * most)
            raise RequestDataTooBig(f"A request of {content_length} bytes; the limit is {most}.")

    def new_file(self, field_name, file_name, *args, **kwargs):
        super().new_file(field_name, f"file{ending_of(file_name)}", *args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        if start + len(raw_data) <= settings.UPLOAD_MAX_MB * MEGABYTE:
            self.file.write(raw_data)
        else:
            self.file.truncate(0)  # an incomplete file is never read as a complete one


def request_max_mb():
    """Return the limit of all files of one request together, in megabytes."""
    return REQUEST_FILES * settings.UPLOAD_MAX_MB


def ending_of(name):
    """Return ".jpg" for "card.JPG", and "" for a name without a suffix, as phones and scanners may send."""
    found = ENDING.search((name or "").rstrip(". "))
    return found[0].lower() if found else ""


def check_ending(upload, endings, sentence):
    """Raise ValidationError if the name has a suffix that does not fit the content."""
    ending = ending_of(upload.name)
    if ending and ending not in endings:
        raise ValidationError(sentence, code="kind")


def _read_away(input_data, most):
    """Discard up to `most` bytes of a refused request: browsers show a response only once they have sent everything."""
    left = most
    while left > 0 and (chunk := input_data.read(min(left, 65_536))):
        left -= len(chunk)


def clean_image(upload):
    """Return a JPG or PNG as a new JPEG: upright, opaque, at most LONGEST_SIDE, pixels only. Raise ValidationError."""
    return _redrawn(content_of(upload), _("Choose a JPG or PNG file."))


def clean_pdf(upload):
    """Return a PDF file; raise ValidationError if it holds active content (see privacy.files.pdf_sanitizer)."""
    content = content_of(upload)
    if not pdf_sanitizer.is_pdf(content):
        raise ValidationError(_("Choose a PDF file."), code="kind")
    return ContentFile(pdf_sanitizer.clean(content), name="document.pdf")


def clean_document(upload):
    """Return a picture or a PDF file, as its content says. Raise ValidationError for anything else."""
    content = content_of(upload)
    if pdf_sanitizer.is_pdf(content):
        return ContentFile(pdf_sanitizer.clean(content), name="document.pdf")
    return _redrawn(content, _("Choose a JPG, PNG or PDF file."))


def sha256(upload):
    """Return 64 hex digits: the hash of the stored content, if given what a `clean_…` function returned."""
    upload.seek(0)
    digest = hashlib.file_digest(upload, "sha256").hexdigest()
    upload.seek(0)
    return digest


def delete_after_commit(names):
    """Delete these stored files once the transaction is committed; empty names are skipped."""
    transaction.on_commit(lambda: [default_storage.delete(name) for name in names if name])


def delete_replaced(before, after, fields):
    """Delete the files of a row as it was before that it no longer has, once the transaction is committed."""
    kept = {getattr(after, field).name for field in fields}
    delete_after_commit({getattr(before, field).name for field in fields} - kept)


def content_of(upload):
    """Return the bytes of an upload. Raise ValidationError if it is too large or holds a known virus."""
    limit = settings.UPLOAD_MAX_MB
    upload.seek(0)
    content = upload.read(limit * MEGABYTE + 1)
    size = max(upload.size, len(content))
    if size > limit * MEGABYTE:
        tenths = math.ceil(size / MEGABYTE * 10)  # rounded up: never "5.0 MB; the limit is 5 MB"
        raise ValidationError(
            _("The file is %(n)s MB; the limit is %(max)s MB."),
            code="too_large",
            params={"n": number_format(tenths / 10, 1), "max": number_format(limit)},
        )
    virus_scan.check(content)
    return content


def _redrawn(content, wrong_kind):
    plugin = next((plugin for start, plugin in PICTURES.items() if content.startswith(start)), None)
    if plugin is None:
        raise ValidationError(wrong_kind, code="kind")
    if image_limits.is_laborious(content):
        raise pdf_sanitizer.broken()
    try:
        picture = plugin(io.BytesIO(content))  # reads the header only
        image_limits.check_pixels(*picture.size)
        written = io.BytesIO()
        _canvas(picture).save(written, "JPEG", quality=JPEG_QUALITY, optimize=True)
    except ValidationError:
        raise
    except Exception as error:  # malformed files make Pillow raise errors of every kind
        raise pdf_sanitizer.broken() from error
    return ContentFile(written.getvalue(), name="picture.jpg")


def _canvas(picture):
    """Return the pixels alone, on white, without metadata (position, camera, profile, comment) and trailing bytes."""
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # decodes a huge JPEG at half or a quarter of its size
    turn = _turn(picture)
    picture.load()
    if picture.mode.startswith("I;16"):
        picture.info.pop("transparency", None)
        picture = picture.point(lambda level: level / 256).convert("L")
    transparent = picture.has_transparency_data
    picture = picture.convert("RGBA" if transparent else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(picture, mask=picture.getchannel("A") if transparent else None)
    return canvas if turn is None else canvas.transpose(turn)


def _turn(picture):
    """Return the rotation from the Exif data; malformed Exif data is no reason to refuse the picture."""
    try:
        return TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # as above
        return None


class ImageUpload(forms.FileField):
    """A JPG or PNG; its value is the redrawn JPEG file."""

    clean_upload = staticmethod(clean_image)
    accept = "image/jpeg,image/png"
    kinds = _("Choose a JPG or PNG file.")
    limit = _("JPG or PNG, at most %(max)s MB.")

    def __init__(self, **kwargs):
        limit = lazy(lambda: self.limit % {"max": number_format(settings.UPLOAD_MAX_MB)}, str)
        super().__init__(help_text=limit(), **kwargs)
        self.max_length = None  # of the file's name, which is not kept
        broken = pdf_sanitizer.broken().message
        self.error_messages |= {"required": self.kinds, "invalid": self.kinds, "missing": self.kinds, "empty": broken}
        self.error_messages |= kwargs.get("error_messages") or {}

    def to_python(self, data):
        upload = super().to_python(data)
        if not upload:
            return upload
        try:
            cleaned = self.clean_upload(upload)
            check_ending(upload, SUFFIXES_OF_KIND[ending_of(cleaned.name)], self.kinds)
        except ValidationError as error:
            logger.warning("An upload was refused: %s", error.code)
            raise
        return cleaned

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"accept": self.accept}


class DocumentUpload(ImageUpload):
    """A JPG, PNG or PDF; pictures are redrawn, PDF files with active content are refused."""

    clean_upload = staticmethod(clean_document)
    accept = "image/jpeg,image/png,application/pdf"
    kinds = _("Choose a JPG, PNG or PDF file.")
    limit = _("JPG, PNG or PDF, at most %(max)s MB.")
