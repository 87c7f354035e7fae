"""Videos, made by the ffmpeg of imageio-ffmpeg, once in a process; and what calls itself one."""

import struct
import subprocess
import tempfile
from pathlib import Path

import imageio_ffmpeg

from files_app.limits import Refusal
from files_app.tests.samples.parts import PLACE, SCRIPT, SECRET, box, zipped
from files_app.tests.samples.table import ready, refused


def filmed(ending: str, *options: str) -> bytes:
    """Half a second of a test picture with a tone, by ffmpeg."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"clip.{ending}")
        sources = ["-f", "lavfi", "-i", "testsrc=size=320x240:rate=10:duration=0.5", "-f", "lavfi", "-i", "sine=duration=0.5"]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *sources, "-pix_fmt", "yuv420p", *options, str(file)], check=True)
        return file.read_bytes()


H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac")
TOLD = (f"location={PLACE.decode()}", f"artist={SECRET.decode()}", "creation_time=2026-11-21T10:00:00Z")
TELLING = [word for told in TOLD for word in ("-metadata", told)]


@ready("video/mp4", "clip.mp4", size=(320, 240), gone=(b"Lavf", b"VideoHandler"))
def mp4_h264() -> bytes:
    return filmed("mp4", *H264)


@ready("video/mp4", "clip.mp4", size=(320, 240))
def mp4_with_its_index_first() -> bytes:
    return filmed("mp4", *H264, "-movflags", "faststart")


@ready("video/mp4", "recorded.mp4", size=(320, 240), gone=(SECRET,))
def mp4_in_fragments() -> bytes:
    return filmed("mp4", *H264, "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-g", "2", *TELLING)


@ready("video/mp4", "clip.mp4", gone=(PLACE, SECRET, b"+37.8044"))
def mp4_with_a_place() -> bytes:
    return filmed("mp4", *H264, *TELLING)


@ready("video/mp4", "clip.mp4", gone=(PLACE, SECRET, b"loci", b"xmpmeta"))
def mp4_with_a_place_in_every_way() -> bytes:
    loci = box(b"loci", bytes(6) + SECRET + b"\0\0" + struct.pack(">iii", -8_013_000, 2_477_000, 0) + b"earth\0\0")
    xmp = box(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + b"<x:xmpmeta>" + SECRET + PLACE + b"</x:xmpmeta>")
    udta = box(b"udta", loci + box(b"\xa9xyz", struct.pack(">HH", len(PLACE), 0x15C7) + PLACE))
    return into_moov(mp4_h264(), udta + xmp) + xmp + box(b"free", PLACE)


@ready("video/quicktime", "IMG_0006.MOV", claimed="video/quicktime", gone=(PLACE, SECRET, b"com.apple.quicktime.location.ISO6709"))
def mov_hevc_with_a_place() -> bytes:
    """As an iPhone writes it: HEVC, and the place under a key in `meta`."""
    return filmed(
        "mov",
        *("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac"),
        *("-movflags", "use_metadata_tags", "-metadata", f"com.apple.quicktime.location.ISO6709={PLACE.decode()}", *TELLING),
    )


@ready("video/quicktime", "IMG_0007.MOV", claimed="video/quicktime", gone=(PLACE,), size=(320, 240))
def mov_with_a_place() -> bytes:
    return filmed("mov", *H264, *TELLING)


@ready("video/quicktime", "MVI_0008.MOV", claimed="video/quicktime")
def mov_with_sound_as_it_is() -> bytes:
    return filmed("mov", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "pcm_s16le")


@ready("video/quicktime", "GOPR0009.MOV", claimed="video/quicktime", gone=(b"GPS5", b"gpmd", b"GPS track"))
def mov_with_a_track_of_gps() -> bytes:
    """A third track whose samples are places, in the same `mdat`: made of the sound track of a real one."""
    film = filmed("mov", *H264, "-map", "0:v", "-map", "1:a", "-map", "1:a")
    at = film.rindex(b"trak") - 4
    (size,) = struct.unpack_from(">I", film, at)
    track = film[at : at + size].replace(b"soun", b"meta").replace(b"mp4a", b"gpmd").replace(b"SoundHandler", b"GPS track   ")
    offset = struct.unpack_from(">I", track, track.index(b"stco") + 12)[0]
    return film[:offset] + b"GPS5" + film[offset + 4 : at] + track + film[at + size :]


@ready("video/mp4", "tall.mp4", size=(240, 320))
def mp4_on_its_side() -> bytes:
    """The matrix of the picture's track turns it by 90 degrees."""
    film = bytearray(mp4_h264())
    matrix = film.index(b"tkhd") + 4 + 40
    struct.pack_into(">9i", film, matrix, 0, 0x10000, 0, -0x10000, 0, 0, 240 << 16, 0, 0x40000000)
    return bytes(film)


@ready("video/mp4", "clip.mp4", gone=(SCRIPT, b"PK\3\4"))
def mp4_with_a_script_and_a_zip_behind() -> bytes:
    return mp4_h264() + SCRIPT + zipped("x")


@ready("video/mp4", "clip.mp4", gone=(SCRIPT,))
def mp4_with_a_script_in_unused_boxes() -> bytes:
    return mp4_h264() + box(b"free", SCRIPT) + box(b"abcd", SCRIPT) + box(b"uuid", bytes(16) + SCRIPT) + box(b"mdat", SCRIPT)


def into_moov(film: bytes, boxes: bytes) -> bytes:
    """Puts boxes at the end of the `moov`, which stands behind the `mdat`."""
    at = film.rindex(b"moov") - 4
    (size,) = struct.unpack_from(">I", film, at)
    return film[:at] + struct.pack(">I", size + len(boxes)) + film[at + 4 : at + size] + boxes + film[at + size :]


WEBM = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus")


@ready("video/webm", "clip.webm", size=(320, 240), gone=(PLACE, SECRET, b"Lavf"))
def webm() -> bytes:
    return filmed("webm", *WEBM, *TELLING)


@ready("video/webm", "recorded.webm", size=(320, 240), gone=(SECRET,))
def webm_recorded_by_a_browser() -> bytes:
    """Live, so neither segment nor clusters know how long they are going to be."""
    return filmed("webm", *WEBM, "-live", "1", *TELLING)


@ready("video/webm", "clip.webm", gone=(SCRIPT,))
def webm_with_a_script_behind() -> bytes:
    return webm() + SCRIPT


@refused(Refusal.DAMAGED, file_name="clip.webm", claimed="video/webm")
def webm_cut_in_half() -> bytes:
    return webm()[: len(webm()) // 2]


@refused(Refusal.TOO_COMPLEX, file_name="clip.webm", claimed="video/webm")
def webm_with_a_million_elements() -> bytes:
    segment_of_unknown_size = b"\x18\x53\x80\x67\x01" + b"\xff" * 7
    return webm()[: webm().index(b"\x18\x53\x80\x67")] + segment_of_unknown_size + b"\xec\x80" * 1_000_000


@refused(Refusal.UNKNOWN, file_name="clip.webm", claimed="video/webm")
def matroska_named_webm() -> bytes:
    return filmed("mkv", *H264)


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_cut_in_half() -> bytes:
    return mp4_h264()[: len(mp4_h264()) // 2]


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_its_index_first_cut_in_half() -> bytes:
    return mp4_with_its_index_first()[: len(mp4_with_its_index_first()) * 2 // 3]


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_whose_samples_are_elsewhere() -> bytes:
    film = bytearray(mp4_h264())
    struct.pack_into(">I", film, film.index(b"stco") + 12, 0x7FFFFFFF)
    return bytes(film)


@refused(Refusal.DAMAGED, file_name="clip.mp4", claimed="video/mp4")
def mp4_without_samples() -> bytes:
    return mp4_h264().replace(b"mdat", b"free", 1)


@refused(Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_a_million_atoms() -> bytes:
    return mp4_h264() + box(b"free", b"") * 1_000_000


@refused(Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_with_a_million_atoms_inside() -> bytes:
    return into_moov(mp4_h264(), box(b"free", b"") * 1_000_000)


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def mp4_of_20_000_boxes_in_each_other() -> bytes:
    deep = b"".join(struct.pack(">I", 8 * size) + b"moov" for size in range(20_000, 0, -1))
    return box(b"ftyp", b"isom\0\0\0\0") + deep


@refused(Refusal.DAMAGED, Refusal.TOO_COMPLEX, file_name="clip.mp4", claimed="video/mp4")
def mp4_that_promises_four_billion_samples() -> bytes:
    film = bytearray(mp4_h264())
    struct.pack_into(">II", film, film.index(b"stsz") + 8, 0, 0xFFFFFFFF)
    return bytes(film)


@refused(Refusal.UNKNOWN, file_name="song.mp4", claimed="video/mp4")
def mp4_without_a_picture() -> bytes:
    return filmed("mp4", "-vn", "-c:a", "aac")


@refused(Refusal.TOO_COMPLEX, file_name="clip.mov", claimed="video/quicktime")
def mov_that_is_at_an_address() -> bytes:
    """The data reference says: my samples are there, not here."""
    film = mp4_h264()
    here = box(b"url ", b"\0\0\0\1")
    there = box(b"url ", b"\0\0\0\0")
    assert here in film
    return film.replace(here, there)


@refused(Refusal.TOO_COMPLEX, file_name="clip.mov", claimed="video/quicktime")
def mov_that_is_a_reference_movie() -> bytes:
    address = b"https://example.org/film.mov\0"
    reference = box(b"rdrf", bytes(4) + b"url " + struct.pack(">I", len(address)) + address)
    return box(b"moov", box(b"rmra", box(b"rmda", reference)))


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_hls() -> bytes:
    return b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.ts\n#EXT-X-ENDLIST\n"


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_ffmpeg() -> bytes:
    return b"ffconcat version 1.0\nfile '/etc/passwd'\n"


@refused(Refusal.UNKNOWN, file_name="clip.mp4", claimed="video/mp4")
def playlist_for_dash() -> bytes:
    return b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>'
