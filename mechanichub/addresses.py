"""What FILES_URL says: where uploaded files are kept, and from where browsers fetch them.

`file:///some/folder`, or `s3://KEY:SECRET@bucket/prefix?endpoint=https://...&region=...`. Key and secret are url-quoted; without
them, boto3 looks for credentials where it always does (environment, profile, the machine's role). Without an endpoint it is Amazon's.

Where browsers reach the server by another address than we do, as when it stands in our own network behind a proxy, `&public=https://...`
names that one. What is signed is signed for it, so the proxy has to pass the name of the host on as it came.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

AMAZON = "https://s3.{region}.amazonaws.com"
USUAL_REGION = "us-east-1"


def file_storage(address: str, otherwise: str) -> dict[str, Any]:
    """The entry of STORAGES for this FILES_URL; otherwise: the folder when there is none."""
    if not address.startswith("s3:"):
        return {"BACKEND": "files_app.stores.Folder", "OPTIONS": {"location": unquote(urlsplit(address).path) or otherwise}}
    parts, said = urlsplit(address), _said(address)
    return {
        "BACKEND": "files_app.stores.Bucket",
        "OPTIONS": {
            "bucket_name": parts.hostname or "",
            "location": unquote(parts.path).strip("/"),
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": said["endpoint"],
            "public_url": said.get("public"),
            "region_name": said["region"],
            "addressing_style": "virtual" if _is_host(address) else "path",
        },
    }


def file_origins(address: str) -> list[str]:
    """The origins, besides our own, from which browsers fetch files: what the content security policy has to allow."""
    if not address.startswith("s3:"):
        return []
    said = _said(address)
    place = urlsplit(said.get("public", said["endpoint"]))
    host = f"{urlsplit(address).hostname}.{place.netloc}" if _is_host(address) and "public" not in said else place.netloc
    return [f"{place.scheme}://{host}"]


def _said(address: str) -> dict[str, str]:
    """What stands behind the question mark: `region`, `endpoint`, and `public` when it is there."""
    said = {name: values[-1].rstrip("/") for name, values in parse_qs(urlsplit(address).query).items()}
    region = said.get("region", USUAL_REGION)
    return {"endpoint": AMAZON.format(region=region)} | said | {"region": region}


def _is_host(address: str) -> bool:
    """Amazon wants the bucket in the name of the host, everybody else understands it in the path. A certificate covers no dot in it."""
    return "endpoint=" not in urlsplit(address).query and "." not in (urlsplit(address).hostname or "")
