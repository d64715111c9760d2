"""Where Adobe's servers are."""

from __future__ import annotations

DEFAULT_BASE_URL = "https://mc.adobe.io"
DEFAULT_TOKEN_URL = "https://ims-na1.adobelogin.com/ims/token/v3"  # noqa: S105 - an address
