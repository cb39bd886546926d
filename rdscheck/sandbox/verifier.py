"""Passwords as the server stores them, made so that logging in costs little."""

import hashlib
import hmac
import os
from base64 import b64encode

#: The first major that stores what CREATE ROLE is given as SCRAM on RDS; before, as MD5, which costs nothing.
_SINCE = 14

#: The 4,096 rounds that PostgreSQL makes do not protect the password of a server that lives for minutes on
#: this machine, and take a third of the processor time of a log-in.
_ROUNDS = 1


def stored(password: str, major: int) -> str:
    """Return what to write behind PASSWORD: a SCRAM verifier, or the password itself for an early major.

    The form is that of ``pg_authid.rolpassword``; characters beyond ASCII are not prepared as SASLprep asks,
    so this is for passwords of our own making.
    """
    if major < _SINCE:
        return password
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    return f"SCRAM-SHA-256${_ROUNDS}:{_text(salt)}${_text(client)}:{_text(server)}"


def _text(data: bytes) -> str:
    return b64encode(data).decode()
