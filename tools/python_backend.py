#!/usr/bin/env python3
"""python_backend - a PEP 517 backend that compiles sparkdx with make and puts the binary into a wheel.

Of the standard library only: pip and pre-commit need nothing else to build a checkout. As a program:
`python_backend.py DIRECTORY` builds the wheel there.
"""
import base64
import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODE = "release"


def version():
    found = re.search(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)
    return found.group(1)


def metadata():
    readme = (ROOT / "README.md").read_text()
    return (f"Metadata-Version: 2.1\nName: sparkdx\nVersion: {version()}\n"
            "Summary: Find the root cause of a failed Apache Spark run, offline\n"
            "Requires-Python: >=3.8\nDescription-Content-Type: text/markdown\n\n" + readme)


def tag():
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    return f"py3-none-{platform}"


def compile_binary():
    jobs = os.cpu_count() or 1
    done = subprocess.run(["make", "-s", f"-j{jobs}", f"MODE={MODE}"], cwd=ROOT, check=False,
                          stdout=sys.stderr)
    if done.returncode:
        raise SystemExit("sparkdx could not be compiled; `make setup` installs what the build needs")
    return ROOT / "build" / MODE / "sparkdx"


class Wheel:
    """A zip whose last member lists all others with their digests."""

    def __init__(self, path, info):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
        self.info = info
        self.record = []

    def add(self, name, data, mode=0o644):
        member = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = (0o100000 | mode) << 16
        self.zip.writestr(member, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        self.record.append(f"{name},sha256={digest},{len(data)}")

    def close(self):
        name = f"{self.info}/RECORD"
        lines = "\n".join([*self.record, f"{name},,"]) + "\n"
        self.zip.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), lines)
        self.zip.close()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    del config_settings, metadata_directory
    binary = compile_binary()
    stem = f"sparkdx-{version()}"
    name = f"{stem}-{tag()}.whl"
    wheel = Wheel(Path(wheel_directory) / name, f"{stem}.dist-info")
    wheel.add(f"{stem}.data/scripts/sparkdx", binary.read_bytes(), 0o755)
    man = subprocess.run([binary, "generate", "man"], check=True, capture_output=True).stdout
    wheel.add(f"{stem}.data/data/share/man/man1/sparkdx.1", man)
    wheel.add(f"{stem}.dist-info/METADATA", metadata().encode())
    wheel.add(f"{stem}.dist-info/WHEEL",
              f"Wheel-Version: 1.0\nGenerator: sparkdx\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode())
    wheel.add(f"{stem}.dist-info/LICENSE", (ROOT / "LICENSE").read_bytes())
    wheel.close()
    return name


def build_sdist(sdist_directory, config_settings=None):
    del config_settings
    stem = f"sparkdx-{version()}"
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True,
                           text=True).stdout.splitlines()
    path = Path(sdist_directory) / f"{stem}.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as out:
        for name in names:
            if not name.startswith("corpus/"):
                out.add(ROOT / name, f"{stem}/{name}")
        data = metadata().encode()
        info = tarfile.TarInfo(f"{stem}/PKG-INFO")
        info.size = len(data)
        out.addfile(info, io.BytesIO(data))
    return path.name


def main():
    directory = Path(sys.argv[1] if len(sys.argv) > 1 else "build/wheel")
    directory.mkdir(parents=True, exist_ok=True)
    print(directory / build_wheel(directory))


if __name__ == "__main__":
    main()
