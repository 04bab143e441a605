"""Files of the demo data: signed pages and pictures marked as specimens, which pass the checks of uploads."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from privacy.files import uploads

PAGE = (
    """<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"""
)


def signed_page(title, signed_by):
    """Return a PDF of one page."""
    lines = ["CONTOH: PERJANJIAN PEMBAGIAN DATA", title, f"Ditandatangani: {signed_by}"]
    text = "BT /F1 16 Tf 72 740 Td 28 TL " + " ".join(f"({_plain(line)}) Tj T*" for line in lines) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE,
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    return uploads.clean_document(SimpleUploadedFile("perjanjian.pdf", _pdf(objects), "application/pdf"))


def _plain(line):
    """Return the text without characters that a PDF string in Helvetica would have to escape."""
    return "".join(letter for letter in line if letter.isascii() and letter not in "()\\")


def _pdf(objects):
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return content + (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    ).encode("ascii")


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
