"""Every row of the table of uploads through the inspector; and the cage, from inside and against a child that was taken over."""

import io
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pikepdf
import psutil
import pytest
from PIL import Image

from files_app.inspection import Found, Refused, cage, inspect, kinds, run
from files_app.inspection.cage import Limits
from files_app.inspection.run import Examination, examine
from files_app.limits import LARGEST, SERVED, Kind, Refusal
from files_app.tests import samples
from files_app.tests.samples import SAMPLES, Sample

FILE_ID = "0b54f2a0-6f8c-4c53-9d0c-000000000001"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's part of the cage")


def examined(content: bytes, folder: Path) -> Examination:
    path, out = folder / FILE_ID, folder / "out"
    path.write_bytes(content)
    out.mkdir(exist_ok=True)
    return examine(path, out)


def found(content: bytes, folder: Path) -> Found:
    answer = examined(content, folder).answer
    assert isinstance(answer, Found), answer
    return answer


@pytest.fixture(scope="module")
def became(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sample | str], Examination]:
    """What became of a sample. It is inspected once, however many tests look at it; what was sent lies beside the folder of the copy."""

    @cache
    def examined_once(name: str) -> Examination:
        return examined(SAMPLES[name].make(), tmp_path_factory.mktemp("seen"))

    return lambda sample: examined_once(str(sample))


@pytest.fixture
def copy_of(became: Callable[[Sample | str], Examination]) -> Callable[[Sample | str], Found]:
    """The clean copy of a good one."""

    def copied(sample: Sample | str) -> Found:
        answer = became(sample).answer
        assert isinstance(answer, Found), answer
        return answer

    return copied


# --- the table


def test_the_table_is_there():
    assert len(SAMPLES) >= 100
    assert {sample.content_type for sample in samples.those(is_ready=True)} == set.union(*SERVED.values()) - {"image/webp"}
    refusals = frozenset.union(*(sample.refusals for sample in samples.those(is_ready=False)))
    assert refusals == set(Refusal) - {Refusal.MALWARE}, "what a virus scanner finds is no matter of the inspector"


@pytest.mark.parametrize("sample", samples.those(is_ready=True), ids=str)
def test_a_good_file_becomes_a_clean_copy(sample: Sample, copy_of: Callable[[Sample], Found]):
    copy = copy_of(sample)
    assert copy.content_type == sample.content_type
    assert copy.path.parent.name == "out"
    assert copy.sha256 == run.sha256_of(copy.path)
    assert sample.size is None or (copy.width, copy.height) == sample.size
    served = [copy.path.read_bytes(), copy.thumbnail.read_bytes() if copy.thumbnail else b""]
    left = [foreign for foreign in sample.gone for content in served if foreign in content]
    assert not left
    {Kind.PHOTO: is_plain_photo, Kind.VIDEO: is_plain_video, Kind.DOCUMENT: is_plain_pdf}[copy.kind](copy)


@pytest.mark.parametrize("sample", samples.those(is_ready=False), ids=str)
def test_a_bad_file_is_refused_with_a_reason(sample: Sample, became: Callable[[Sample], Examination], caplog: pytest.LogCaptureFixture):
    examination = became(sample)
    assert isinstance(examination.answer, Refused), examination.answer
    assert examination.answer.code in sample.refusals
    assert len(examination.answer.code.label) > 15
    assert (examination.memory or 0) < 300e6
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR], "that was a fault of ours"


def is_plain_photo(copy: Found) -> None:
    """Pixels, and nothing before, between or behind them."""
    for path in (copy.path, copy.thumbnail):
        content = path.read_bytes()
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            assert not image.getexif() and not image.getxmp()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "transparency", "progression"}
            if path == copy.path:
                assert image.size == (copy.width, copy.height) and image.get_format_mimetype() == copy.content_type
            else:
                assert max(image.size) <= 480 and image.format == "JPEG"
        assert content.endswith(b"\xff\xd9" if content.startswith(b"\xff\xd8") else b"IEND\xaeB\x60\x82")
        assert set(re.findall(rb"(?:tEXt|zTXt|iTXt|eXIf|iCCP|tIME|acTL)", content[:2000])) == set()


def is_plain_video(copy: Found) -> None:
    content = copy.path.read_bytes()
    assert not re.search(rb"udta|\xa9xyz|loci|uuid|mebx|<x:xmpmeta", content)
    assert copy.width > 0 and copy.height > 0


def is_plain_pdf(copy: Found) -> None:
    content = copy.path.read_bytes()
    assert content.startswith(b"%PDF-") and content.endswith(b"%%EOF\n")
    with pikepdf.open(copy.path) as pdf:
        assert len(pdf.pages) == 1
        assert not {"/Info", "/Encrypt"} & set(pdf.trailer.keys()) and "/Metadata" not in pdf.Root
    assert (copy.thumbnail, copy.width, copy.height) == (None, None, None)


# --- photos


UPRIGHT = [name for name in SAMPLES if "orientation" in name or "side" in name or name.startswith(("heic_of", "heic_whose", "heic_with"))]


@pytest.mark.parametrize("name", [name for name in UPRIGHT if not name.startswith("mp4")])
def test_up_is_up(name: str, copy_of: Callable[[str], Found]):
    copy = copy_of(name)
    if name == "webp_on_its_side":  # it was upright before it was told to turn, so its sky is on the right now
        return
    for path in (copy.path, copy.thumbnail):
        with Image.open(path) as image:
            width, height = image.size
            (_, _, sky), (red, green, blue) = image.getpixel((width // 10, height // 10)), image.getpixel((width // 10, height * 9 // 10))
        assert sky > 190, "the sky is not where up is"
        assert max(red, green, blue) - min(red, green, blue) < 110 and blue < 200, "the street is not where down is"


def test_colours_survive_what_describes_them(copy_of: Callable[[str], Found]):
    """Without their profile strong colours have to become other numbers, and ordinary ones stay."""
    reds = []
    for name in ("jpeg", "jpeg_in_stronger_colours"):
        with Image.open(copy_of(name).path) as image:
            reds.append(image.getpixel((320, 240)))
    assert all(abs(one - other) < 8 for one, other in zip(reds[0], (190, 30, 30), strict=True))
    assert reds[1][0] > 200, "the profile was thrown away and not applied"


def test_transparency_and_palette_stay(copy_of: Callable[[str], Found]):
    with Image.open(copy_of("png_with_transparency").path) as image:
        assert image.mode == "RGBA" and image.getpixel((10, 10))[3] < 20 < 200 < image.getpixel((10, 470))[3]
    with Image.open(copy_of("png_with_a_palette").path) as image:
        assert image.mode == "P" and "transparency" in image.info
    with Image.open(copy_of("png_of_16_bits").path) as image:
        assert image.mode == "L" and image.getextrema()[0] < 5 and image.getextrema()[1] > 250


def test_a_photo_of_40_megapixels_is_fine(tmp_path: Path):
    content = samples.saved(samples.camera_noise(800, 500).resize((8000, 5000)), "JPEG", quality=80, exif=samples.exif(orientation=6))
    examination = examined(content, tmp_path)
    assert isinstance(examination.answer, Found)
    assert (examination.answer.width, examination.answer.height) == (5000, 8000)
    assert examination.memory < 450e6


def test_of_one_pixel_more_nothing_is_decoded(tmp_path: Path):
    examination = examined(samples.png(8000, 5001), tmp_path)
    assert examination.answer == Refused(Refusal.TOO_MANY_PIXELS)
    assert examination.memory < 100e6


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.VIDEO])
def test_each_kind_has_its_own_size(kind: Kind, tmp_path: Path):
    content = {Kind.PHOTO: samples.jpeg_of, Kind.DOCUMENT: samples.pdf_of}[kind]
    assert isinstance(examined(content(LARGEST[kind]), tmp_path).answer, Found)
    assert examined(content(LARGEST[kind] + 1), tmp_path).answer == Refused(Refusal.TOO_LARGE)


# --- videos


@pytest.fixture
def ffmpeg_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")


@pytest.fixture
def no_ffmpeg_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def frames(path: Path) -> str:
    """The checksum of each picture and each bit of sound, as ffmpeg decodes them; complaints fail."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-map", "0:v", "-map", "0:a:0", "-f", "framemd5", "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not done.stderr
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize(
    "name",
    [
        "mp4_h264",
        "mp4_with_a_place_in_every_way",
        "mp4_in_fragments",
        "mov_hevc_with_a_place",
        "mov_with_sound_as_it_is",
        "mov_with_a_track_of_gps",
        "webm",
        "webm_recorded_by_a_browser",
    ],
)
def test_the_film_itself_stays_as_it_was(name: str, copy_of: Callable[[str], Found]):
    copy = copy_of(name)
    before = frames(copy.path.parent.parent / FILE_ID)
    assert len(before.splitlines()) > 10
    assert frames(copy.path) == before


def test_nothing_says_when_it_was_filmed(copy_of: Callable[[str], Found]):
    copy = copy_of("mov_with_a_place")
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        places = [match.start() for match in re.finditer(box, copy.path.read_bytes())]
        assert places
        assert all(copy.path.read_bytes()[at + 8 : at + 16] == bytes(8) for at in places)


@pytest.mark.usefixtures("ffmpeg_on_the_machine")
@pytest.mark.parametrize("name", ["mp4_on_its_side", "mov_hevc_with_a_place", "webm"])
def test_a_video_has_a_poster_where_there_is_ffmpeg(name: str, tmp_path: Path):
    copy = found(SAMPLES[name].make(), tmp_path)
    with Image.open(copy.thumbnail) as image:
        assert image.format == "JPEG" and image.size == (copy.width, copy.height)
        assert len(image.getcolors(10**6)) > 20, "the poster is empty"


@pytest.mark.usefixtures("no_ffmpeg_on_the_machine")
def test_a_video_is_as_good_without_a_poster(tmp_path: Path):
    copy = found(samples.mp4_h264(), tmp_path)
    assert copy.thumbnail is None and (copy.width, copy.height) == (320, 240)


@pytest.mark.usefixtures("ffmpeg_on_the_machine")
def test_a_video_that_ffmpeg_cannot_open_has_no_poster(tmp_path: Path):
    """All boxes are in order, and what they hold is no film."""
    film = bytearray(samples.mp4_h264())
    start = film.index(b"mdat") + 4
    film[start : start + 5000] = bytes(5000)
    copy = found(bytes(film).replace(b"avcC", b"abcd"), tmp_path)
    assert copy.thumbnail is None


# --- the cage, from inside


def caged(code: str, limits: str = "Limits(memory=300_000_000, processor=2, patience=9)") -> subprocess.CompletedProcess:
    """Runs Python in the cage."""
    enter = f"from files_app.inspection.cage import *\nassert enter({limits})\n"
    return subprocess.run([sys.executable, "-c", enter + code], cwd=run.ROOT, capture_output=True, text=True, timeout=30)


@LINUX
def test_there_is_no_socket_in_the_cage():
    in_python = caged("import socket\ntry:\n socket.socket()\nexcept PermissionError:\n print('refused')")
    assert in_python.stdout == "refused\n", in_python.stderr
    families = (1, 2, 10, 16, 17)  # unix, IPv4, IPv6, netlink, packet
    past_python = "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    done = caged(f"{past_python}for family in {families}:\n print(family, libc.socket(family, 1, 0), ctypes.get_errno())")
    assert done.stdout == "".join(f"{family} -1 1\n" for family in families), done.stderr


@LINUX
def test_there_is_no_socket_for_programs_started_in_the_cage(tmp_path: Path):
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    command = [ffmpeg, "-v", "error", "-nostdin", "-i", "http://127.0.0.1:9/", "-f", "null", "-"]
    outside = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert "Connection refused" in outside.stderr, "the attempt must fail for want of a server, or this shows nothing"
    done = caged(f"import subprocess\nprint(subprocess.run({command!r}, capture_output=True, text=True).stderr)")
    assert "Operation not permitted" in done.stdout


@LINUX
@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        ("bytearray(2_000_000_000)", "MemoryError"),
        ("open('/dev/shm/mechanichub-too-much', 'wb').truncate(300_000_000)", "OSError"),
        ("resource.setrlimit(resource.RLIMIT_AS, (-1, -1))", "not allowed|Permission|Operation not permitted|ValueError"),
        ("[os.dup(0) for _ in range(1000)]", "Too many open files"),
        ("os.setuid(12345)", "PermissionError"),
        ("os.kill(os.getppid(), 0) or os.chroot('/tmp')", "PermissionError"),
    ],
)
def test_the_limits_cannot_be_exceeded_nor_raised(attempt: str, outcome: str):
    done = caged(f"import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n{attempt}")
    Path("/dev/shm/mechanichub-too-much").unlink(missing_ok=True)
    assert done.returncode == 1
    assert re.search(outcome, done.stderr), done.stderr


@LINUX
def test_the_child_sees_its_file_and_its_folder_only(tmp_path: Path):
    """A decoder that was taken over could show its sender whatever it reads: the worker's environment, other people's files."""
    (tmp_path / "out").mkdir()
    (tmp_path / "own").write_text("own")
    (tmp_path / "other").write_text("other")
    tries = f"""
from pathlib import Path
from files_app.inspection import sight
if not sight.narrow(path=Path({str(tmp_path / "own")!r}), out=Path({str(tmp_path / "out")!r}), program=""):
    raise SystemExit("no Landlock here")
def attempt(what):
    try:
        return bool(what()) or True
    except OSError:
        return False
print(attempt(lambda: open({str(tmp_path / "own")!r}).read()), attempt(lambda: open({str(tmp_path / "out" / "new")!r}, "w").write("x")))
for path in ({str(tmp_path / "other")!r}, "/etc/passwd", f"/proc/{{os.getppid()}}/environ", "/proc/self/environ", "{run.ROOT}/manage.py"):
    print(path, attempt(lambda: open(path).read()))
for path in ({str(tmp_path / "own")!r}, {str(tmp_path / "new")!r}, "/tmp/mechanichub-new", "/dev/shm/mechanichub-new"):
    print(path, attempt(lambda: open(path, "w").write("x")), attempt(lambda: os.truncate(path, 0)))
print(attempt(lambda: os.listdir("/etc")), attempt(lambda: os.symlink("/etc/passwd", {str(tmp_path / "out" / "link")!r})))
"""
    done = caged(tries)
    if "no Landlock here" in done.stderr:
        pytest.skip("this kernel has no Landlock")
    first, *others = done.stdout.splitlines()
    assert first == "True True", done.stderr
    assert len(others) == 10
    assert not [line for line in others if "True" in line]


@LINUX
def test_who_never_ends_is_ended():
    done = caged("while True: pass", "Limits(memory=300_000_000, processor=1, patience=9)")
    assert done.returncode < 0 and -done.returncode in run.LIMIT_SIGNALS


def test_the_filter_knows_other_machines():
    """What cannot be tried here is at least well formed: each jump leads to an instruction."""
    for machine in cage.REFUSED:
        code = cage.program(machine)
        steps = [code[at : at + 8] for at in range(0, len(code), 8)]
        refuse = len(steps) - 1
        jumps = [(at + 1 + step[2]) for at, step in enumerate(steps) if int.from_bytes(step[:2], sys.byteorder) == cage.JUMP_IF_EQUAL]
        assert jumps[0] == 3 and set(jumps[1:]) == {refuse}


# --- the cage, against a child that was taken over


@pytest.fixture
def taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    """Instead of our Python a program runs that does what it likes; $OUT is the folder."""
    program = tmp_path / "program"

    def does(script: str) -> Examination:
        program.write_text(f'#!/bin/bash\nOUT="$7"\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setattr(run.sys, "executable", str(program))
        return examined(samples.jpeg(), tmp_path)

    return does


def says(**changes: object) -> str:
    answer = {"content_type": "image/jpeg", "file": "file.jpg", "thumbnail": "thumbnail.jpg", "width": 64, "height": 64} | changes
    return 'cp "$6" "$OUT/file.jpg"; cp "$6" "$OUT/thumbnail.jpg"\n' + f"echo '{run.json.dumps({'found': answer})}'"


def test_who_tells_the_truth_is_believed(taken_over):
    assert isinstance(taken_over(says()).answer, Found)


@pytest.mark.parametrize(
    "script",
    [
        "echo nonsense",
        "echo '[1, 2, 3]'",
        "echo '{}'",
        'echo \'{"refused": "because"}\'',
        f"python3 -c 'print(\"[\" * {10**5})'",
        "yes",
        "true",
        says(content_type="text/html"),
        says(content_type="video/mp4"),
        says(file="../../../../etc/passwd"),
        says(file="/etc/passwd"),
        says(file=".."),
        says(file="missing.jpg"),
        says(thumbnail=None),
        says(width=-1),
        says(height=10**9),
        says(width="wide"),
        "ln -s /etc/passwd $OUT/link\n" + says(file="link"),
        "ln -s /etc/passwd $OUT/link\n" + says(thumbnail="link"),
        "mkfifo $OUT/pipe\n" + says(file="pipe"),
        "echo '<script>' > $OUT/page\n" + says(file="page"),
        "echo '<script>' > $OUT/page\n" + says(thumbnail="page"),
    ],
)
def test_who_lies_is_not_believed(script: str, taken_over, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setitem(run.LIMITS, Kind.PHOTO, Limits(memory=1, processor=1, patience=2))
    assert taken_over(script).answer == Refused(Refusal.TOO_COMPLEX)
    assert caplog.records, "somebody has to know"


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("kill -SEGV $$", Refusal.DAMAGED),
        ("kill -BUS $$", Refusal.DAMAGED),
        ("kill -KILL $$", Refusal.TOO_COMPLEX),
        ("kill -XCPU $$", Refusal.TOO_COMPLEX),
        ("kill -ABRT $$", Refusal.TOO_COMPLEX),
    ],
)
def test_a_crash_costs_one_file(script: str, code: Refusal, taken_over):
    assert taken_over(script).answer == Refused(code)


def test_a_fault_of_ours_is_logged_with_the_file_it_was_about(taken_over, caplog: pytest.LogCaptureFixture):
    assert taken_over("echo 'ZeroDivisionError: division by zero' >&2; exit 1").answer == Refused(Refusal.TOO_COMPLEX)
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert FILE_ID in record.getMessage() and "ZeroDivisionError" in record.getMessage()


def test_who_does_not_answer_is_ended_with_all_it_started(taken_over, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(run.LIMITS, Kind.PHOTO, Limits(memory=1, processor=1, patience=0.5))
    examination = taken_over(f"sleep 60 & echo $! > {tmp_path}/grandchild; echo $$ > {tmp_path}/child; sleep 60")
    assert examination.answer == Refused(Refusal.TOO_COMPLEX)
    assert all(is_over(int((tmp_path / name).read_text())) for name in ("child", "grandchild"))


def is_over(number: int) -> bool:
    """Whether a process that was killed ends; a busy machine takes a moment for it, and the dead may lie about for a while."""
    for _attempt in range(100):
        try:
            if psutil.Process(number).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.1)
    return False


def test_the_child_knows_no_secrets_and_hears_nothing(taken_over, tmp_path: Path):
    assert os.environ["SECRET_KEY"], "there must be something to hide"
    taken_over(f"/usr/bin/env > {tmp_path}/environment; readlink /proc/self/fd/0 > {tmp_path}/stdin\n" + says())
    known = {line.partition("=")[0] for line in (tmp_path / "environment").read_text().splitlines()}
    assert known <= {"MALLOC_ARENA_MAX", "PWD", "SHLVL", "_"}
    assert (tmp_path / "stdin").read_text() == "/dev/null\n"


def test_what_is_no_file_of_ours_starts_no_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run.sys, "executable", "/does/not/exist")
    assert examined(samples.page_named_jpg(), tmp_path).answer == Refused(Refusal.UNKNOWN)
    with pytest.raises(OSError, match="exist"):  # which is worth another try, and not the file's fault
        examined(samples.jpeg(), tmp_path)


def test_what_is_missing_is_not_refused(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        inspect(tmp_path / FILE_ID, tmp_path)


def test_nobody_waits_long_for_a_pdf_to_be_refused():
    assert run.LIMITS[Kind.DOCUMENT].patience < 10
    assert max(limits.patience for limits in run.LIMITS.values()) <= 60


# --- by content


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", None),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1heic", None),
        (b"\0\0\0\x18ftypM4A \0\0\0\0isommp42", None),
        (b"\0\0\0\x18ftypcrx \0\0\0\0isommp42", None),
        (b"\0\0\0\x18ftypiso5\0\0\0\0isommp42", "mp4"),
        (b"\0\0\0\x18ftyp3gp5\0\0\0\0isommp42", "mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "mp4"),
        (b"\0\0\0\x08wide\0\0\0\x10mdat", "mp4"),
        (b"\xff\xff\xff\xffftyp", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"RIFF\0\0\0\0WEBP", "webp"),
        (b" %PDF-1.7", None),
    ],
)
def test_a_kind_is_seen_by_its_first_bytes(head: bytes, name: str | None):
    assert kinds.by_signature(head) == name
