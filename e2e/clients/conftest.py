import pytest
from latchkey import PASSWORD, Latchkey, Platform


@pytest.fixture(scope="session")
def admin():
    return Latchkey("admin", PASSWORD)


@pytest.fixture(scope="session")
def platform(admin):
    return Platform(admin)
