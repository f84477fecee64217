"""QR codes: a link as a picture."""

from io import BytesIO


def qr_png(link: str) -> bytes:
    """Return the link's QR code as a PNG of about 500 pixels, with the white margin that scanners need (4 modules).

    Correction M (15 %): a scratched screen is read, and the code stays small enough for a poor camera.
    """
    import segno

    picture = BytesIO()
    segno.make(link, error="m", micro=False).save(picture, kind="png", scale=10, border=4)
    return picture.getvalue()
