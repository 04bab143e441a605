def test_cast(cast, grant):
    assert grant.is_current
