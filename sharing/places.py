"""The places for shares: a folder, or a bucket of an object store. Each file is written completely or not at all."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

from sharing.errors import PlaceError, ShareError
from sharing.lake_address import SCHEME, LakeAddress, lake_address
from warehouse.files import sync, write_whole

VERSIONS = "versions"
_PARTS = ".parts"
_DAY = 86_400
_TYPES = {
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
}
# What boto3 says of these does not name the remedy.
_KEYS = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
_WAYS_BACK = {
    "NoCredentialsError": _KEYS,
    "PartialCredentialsError": _KEYS,
    "EndpointConnectionError": "Correct AWS_ENDPOINT_URL or the network",
    "NoSuchBucket": "Create the bucket or correct its name",
}


class Place(Protocol):
    """A place that stores versions and the small files that name the latest one.

    Attributes:
        where: the path or address as given.
    """

    where: str

    def prepare(self) -> None:
        """Make the place ready for writing; a share calls it once it knows that the place has nothing of others."""

    def put_version(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Store the files of a version; they are never changed."""

    def put(self, name: str, content: bytes) -> None:
        """Store one small file, in place of an earlier one."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a small file, or None if there is none."""

    def versions(self) -> list[str]:
        """Return the names of all versions, complete and incomplete, oldest first."""

    def remove_version(self, name: str) -> None:
        """Remove a version."""


def place_named(where: str) -> Place | LakeAddress:
    """Return the place of a path or an address.

    Raises:
        PlaceError: the address is not that of a place for shares.
        ShareError: the place needs an extra that is not installed.
    """
    if where.startswith(SCHEME):
        return lake_address(where)
    if where.startswith("s3://"):
        return Bucket(where)
    if "://" in where:
        raise PlaceError(
            f"`{where}` is not a place for shares, so nothing was shared. "
            "Name a folder, a bucket as `s3://bucket/prefix`, or a lake as `ducklake:postgresql://…`."
        )
    return Folder(Path(where))


class Folder:
    """A folder, such as a web server's root or a network share."""

    def __init__(self, root: Path) -> None:
        self.root, self.where = root, str(root)

    def prepare(self) -> None:
        """Make the folders."""
        try:
            (self.root / VERSIONS).mkdir(parents=True, exist_ok=True)
            (self.root / _PARTS).mkdir(exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise ShareError(
                f"`{self.root}` cannot be a folder, because `{error.filename}` is, or lies in, a file. Nothing was "
                "shared. Choose another place with `--to`."
            ) from error
        except OSError as error:
            raise ShareError(
                f"The folder `{self.root}` cannot be written ({error.strerror}), so nothing was shared. "
                "Choose another one with `--to`, or make it writable."
            ) from error

    def put_version(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Copy the files to a temporary folder, then rename it."""
        part = self.root / _PARTS / name
        shutil.rmtree(part, ignore_errors=True)
        with _naming(self.where):
            for each in files:
                target = part / each
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / each, target)
                sync(target)
            for sub in (*{(part / each).parent for each in files}, part):
                sync(sub)
            part.replace(self.root / VERSIONS / name)
            sync(self.root / VERSIONS)

    def put(self, name: str, content: bytes) -> None:
        """Write a temporary file, then rename it."""
        with _naming(self.where):
            write_whole(self.root / name, content, aside=self.root / _PARTS)
            sync(self.root / name)
            sync(self.root)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of the file."""
        path = self.root / name
        with _naming(self.where):
            return path.read_bytes() if path.exists() else None

    def versions(self) -> list[str]:
        """Return the folders of versions; remove leftovers of killed shares that are older than a day."""
        with _naming(self.where):
            for leftover in (self.root / _PARTS).glob("*"):
                if leftover.stat().st_mtime < time.time() - _DAY:
                    shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
            return sorted(each.name for each in (self.root / VERSIONS).glob("*"))

    def remove_version(self, name: str) -> None:
        """Rename the folder, then remove it, so that a reader who lists the versions never sees an incomplete one."""
        gone = self.root / _PARTS / name
        with _naming(self.where):
            (self.root / VERSIONS / name).replace(gone)
            shutil.rmtree(gone)


class Bucket:
    """A bucket of S3 or of a compatible object store; boto3 finds the keys."""

    def __init__(self, where: str) -> None:
        parts = urlsplit(where)
        self.bucket, self.prefix = parts.netloc, PurePosixPath(parts.path.strip("/"))
        if not self.bucket:
            raise PlaceError(f"`{where}` names no bucket, so nothing was shared. Write `s3://bucket/prefix`.")
        try:
            import boto3  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise ShareError(
                "Sharing to S3 needs the extra `s3`, which is not installed, so nothing was shared. "
                "Install it: `pipx install --force '.[s3]'` in a checkout."
            ) from error
        self.where = where
        with _naming(where):
            self.client: Any = boto3.client("s3")

    def prepare(self) -> None:
        """Do nothing: a bucket has no folders."""

    def put_version(self, name: str, folder: Path, files: Sequence[str]) -> None:
        """Upload each file; readers use a version only after `latest.json` names it."""
        with _naming(self.where):
            for each in files:
                kind = {"ContentType": _TYPES.get(Path(each).suffix, "application/octet-stream")}
                self.client.upload_file(
                    str(folder / each), self.bucket, self._key(VERSIONS, name, each), ExtraArgs=kind
                )

    def put(self, name: str, content: bytes) -> None:
        """Store one object; a put is atomic."""
        with _naming(self.where):
            self.client.put_object(
                Bucket=self.bucket,
                Key=self._key(name),
                Body=content,
                ContentType=_TYPES.get(Path(name).suffix, "application/octet-stream"),
                CacheControl="no-cache",
            )

    def read(self, name: str) -> bytes | None:
        """Return the bytes of the object."""
        with _naming(self.where):
            try:
                body: bytes = self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"].read()
            except self.client.exceptions.NoSuchKey:
                return None
            return body

    def versions(self) -> list[str]:
        """Return the names of the versions, from the common prefixes of their keys."""
        beginning = self._key(VERSIONS) + "/"
        with _naming(self.where):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=beginning, Delimiter="/"
            )
            found = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", ())]
        return sorted(each.removeprefix(beginning).rstrip("/") for each in found)

    def remove_version(self, name: str) -> None:
        """Delete every object of a version."""
        with _naming(self.where):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._key(VERSIONS, name) + "/"
            )
            for page in pages:
                objects = [{"Key": each["Key"]} for each in page.get("Contents", ())]
                if objects:
                    self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": objects})

    def _key(self, *names: str) -> str:
        return self.prefix.joinpath(*names).as_posix()


class _naming:  # noqa: N801 - used as a word: `with _naming(place):`
    """Translate errors of a place into a `ShareError` with the place's name."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if error is None:
            return
        is_of_boto = type(error).__module__.partition(".")[0] in ("botocore", "boto3", "s3transfer")
        if isinstance(error, OSError) or is_of_boto:
            way_back = _WAYS_BACK.get(type(error).__name__, "Remove the cause")
            raise ShareError(
                f"Sharing to `{self.where}` stopped: {str(error).rstrip('.')}. Earlier shares and the published file "
                f"are unchanged. {way_back}, then run `kolada share --to {self.where}`."
            ) from error
