"""What FILES_URL says: where uploaded files are kept, and from where browsers fetch them.

`file:///some/folder`, or `s3://KEY:SECRET@bucket/prefix?endpoint=https://...&region=...`. Key and secret are url-quoted; without
them, boto3 looks for credentials where it always does (environment, profile, the machine's role). Without an endpoint it is Amazon's.
"""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

AMAZON = "https://s3.{region}.amazonaws.com"
USUAL_REGION = "us-east-1"


def file_storage(address: str, otherwise: str) -> dict[str, Any]:
    """The entry of STORAGES for this FILES_URL; otherwise: the folder when there is none."""
    if not address.startswith("s3:"):
        return {"BACKEND": "files_app.stores.Folder", "OPTIONS": {"location": unquote(urlsplit(address).path) or otherwise}}
    parts = urlsplit(address)
    endpoint, region = _endpoint(address)
    return {
        "BACKEND": "files_app.stores.Bucket",
        "OPTIONS": {
            "bucket_name": parts.hostname or "",
            "location": unquote(parts.path).strip("/"),
            "access_key": unquote(parts.username) if parts.username else None,
            "secret_key": unquote(parts.password) if parts.password else None,
            "endpoint_url": endpoint,
            "region_name": region,
            "addressing_style": "virtual" if _is_host(address) else "path",
        },
    }


def file_origins(address: str) -> list[str]:
    """The origins, besides our own, from which browsers fetch files: what the content security policy has to allow."""
    if not address.startswith("s3:"):
        return []
    endpoint = urlsplit(_endpoint(address)[0])
    host = f"{urlsplit(address).hostname}.{endpoint.netloc}" if _is_host(address) else endpoint.netloc
    return [f"{endpoint.scheme}://{host}"]


def _endpoint(address: str) -> tuple[str, str]:
    """(the address of the server, its region)."""
    said = {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
    region = said.get("region", USUAL_REGION)
    return said.get("endpoint", AMAZON.format(region=region)).rstrip("/"), region


def _is_host(address: str) -> bool:
    """Amazon wants the bucket in the name of the host, everybody else understands it in the path. A certificate covers no dot in it."""
    return "endpoint=" not in urlsplit(address).query and "." not in (urlsplit(address).hostname or "")
