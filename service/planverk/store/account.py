"""Who we are to a SPARQL server: a user and a password, given as it asks for them (RFC 7616 Digest, RFC 7617 Basic)."""

from base64 import b64encode
from email.message import Message
from threading import Lock
from urllib.error import URLError
from urllib.request import HTTPDigestAuthHandler, HTTPPasswordMgr, Request, parse_http_list, parse_keqv_list


class Account:
    """Knows the user and, once the server has asked, how it wants to be told; later requests then tell it at once."""

    def __init__(self, user: str, password: str) -> None:
        """Take the user and the password; they leave this object only as the header of a request."""
        self._basic = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        self._digest = HTTPDigestAuthHandler(_Password(user, password))
        self._challenge = ""
        self._lock = Lock()

    def sign(self, request: Request) -> None:
        """Say in a request who asks, if the server has wanted to know."""
        with self._lock:
            said = self._answer(request)
        if said:
            request.add_unredirected_header("Authorization", said)

    def learn(self, refusal: Message) -> bool:
        """Learn from the header of a refusal how the server wants to be told; False when we do not know that way."""
        asked = [challenge.strip() for challenge in refusal.get_all("WWW-Authenticate", [])]
        known = [
            challenge for scheme in ("digest ", "basic ") for challenge in asked if challenge.lower().startswith(scheme)
        ]
        with self._lock:
            self._challenge = known[0] if known else ""
        return bool(known)

    def forget(self) -> None:
        """Wait to be asked again."""
        with self._lock:
            self._challenge = ""

    def _answer(self, request: Request) -> str:
        scheme, _, terms = self._challenge.partition(" ")
        if scheme.lower() != "digest":
            return self._basic if scheme else ""
        try:
            said = self._digest.get_authorization(request, parse_keqv_list(parse_http_list(terms)))
        except (URLError, ValueError):  # a way of Digest that urllib does not know
            return ""
        return f"Digest {said}"


class _Password(HTTPPasswordMgr):
    """The same user and password wherever we are asked: only addresses of one server are."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__()
        self._both = user, password

    def find_user_password(self, realm: str, authuri: str) -> tuple[str | None, str | None]:
        return self._both
