"""Files of the demo data: signed pages and pictures marked as specimens, which pass the checks of uploads."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from privacy.files import pdf_writer, uploads


def signed_page(title, signed_by):
    """Return a PDF of one page."""
    page = pdf_writer.document("CONTOH: PERJANJIAN PEMBAGIAN DATA", [title, f"Ditandatangani: {signed_by}"], "id")
    return uploads.clean_document(SimpleUploadedFile("perjanjian.pdf", page, "application/pdf"))


def specimen(words, size):
    """Return a picture that shows only words."""
    picture = Image.new("RGB", size, "#dfe9e6")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((12, 12, size[0] - 12, size[1] - 12), outline="#0f6b5c", width=4)
    draw.text(
        (size[0] / 2, size[1] / 2),
        words,
        fill="#0f6b5c",
        anchor="mm",
        align="center",
        font=ImageFont.load_default(size[0] / 12),
    )
    content = io.BytesIO()
    picture.save(content, "PNG")
    return uploads.clean_image(SimpleUploadedFile("specimen.png", content.getvalue(), "image/png"))
