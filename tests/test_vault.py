"""What is sealed opens where it belongs and nowhere else, as long as its key is on the ring."""

import base64

import pytest

from webapp.vault import CannotOpen, Vault

OLD, NEW = (f"{name}:{base64.b64encode(bytes([number] * 32)).decode()}" for name, number in (("k1", 1), ("k2", 2)))


def test_it_opens_with_the_key_it_names_and_is_sealed_with_the_first():
    sealed = Vault([OLD]).seal("shprt_secret", place="grant:7:refresh")
    both = Vault([NEW, OLD])
    assert both.open(sealed, place="grant:7:refresh") == "shprt_secret"
    assert both.seal("x", place="grant:7:refresh").startswith("k2.")
    assert "secret" not in sealed
    assert Vault([OLD]).seal("shprt_secret", place="grant:7:refresh") != sealed, "twice the same never looks the same"


@pytest.mark.parametrize("place", ["grant:8:refresh", "grant:7:access", "authorization:7:verifier", ""])
def test_a_value_that_was_moved_does_not_open(place):
    sealed = Vault([OLD]).seal("secret", place="grant:7:refresh")
    with pytest.raises(CannotOpen):
        Vault([OLD]).open(sealed, place=place)


def test_a_value_that_was_changed_does_not_open():
    vault = Vault([OLD, NEW])
    sealed = vault.seal("secret", place="p")
    head, body = sealed.split(".")
    changed = bytearray(base64.urlsafe_b64decode(body))
    for at in range(len(changed)):
        other = bytearray(changed)
        other[at] ^= 1
        with pytest.raises(CannotOpen):
            vault.open(f"{head}.{base64.urlsafe_b64encode(other).decode()}", place="p")
    for odd in (f"k2.{body}", f"k3.{body}", body, "", "k1.", "k1.!!", "k1.AAAA"):
        with pytest.raises(CannotOpen):
            vault.open(odd, place="p")


def test_another_key_under_the_same_name_does_not_open():
    sealed = Vault([OLD]).seal("secret", place="p")
    with pytest.raises(CannotOpen):
        Vault([NEW.replace("k2", "k1")]).open(sealed, place="p")
