"""What people, and people with bad intentions, may send: every row of the table of uploads as files, made when they are needed.

Whoever imports this has all of them in SAMPLES, and those that stories use by name.
"""

from files_app.tests.samples.documents import pdf_of, plain_pdf
from files_app.tests.samples.hostile_photos import jpeg_of, png
from files_app.tests.samples.photos import (
    camera_noise,
    car,
    exif,
    jpeg,
    jpeg_in_stronger_colours,
    jpeg_of_4_mb_on_its_side,
    png_with_texts,
    saved,
)
from files_app.tests.samples.strangers import page_named_jpg
from files_app.tests.samples.table import SAMPLES, Sample, those
from files_app.tests.samples.videos import mp4_h264

__all__ = [
    "SAMPLES",
    "Sample",
    "camera_noise",
    "car",
    "exif",
    "jpeg",
    "jpeg_in_stronger_colours",
    "jpeg_of",
    "jpeg_of_4_mb_on_its_side",
    "mp4_h264",
    "page_named_jpg",
    "pdf_of",
    "plain_pdf",
    "png",
    "png_with_texts",
    "saved",
    "those",
]
