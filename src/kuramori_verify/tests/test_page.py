"""The page as a file: one script, one style, a policy that names both, and nothing from elsewhere."""

import base64
import hashlib
import json
import re

from kuramori_verify.messages import MEANINGS, WORDS
from kuramori_verify.onepage import one_page


def test_the_policy_allows_the_page_s_own_script_and_style_and_nothing_else():
    page = one_page()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag, source in (("script", "script-src"), ("style", "style-src")):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'" in policy
    assert not re.findall(r"{{\w+}}", page)
    assert not re.findall(r"""(?:src|href)=|\bfetch\(|XMLHttpRequest|\bon\w+="|style=|eval\(|innerHTML""", page)
    assert page == one_page()


def test_the_words_are_those_of_the_python_verifier_in_both_languages():
    told = json.loads(re.search(r'<script type="application/json" id="words">(.*?)</script>', one_page(), re.DOTALL)[1])
    assert set(told["meanings"]) == set(MEANINGS)
    for code, each in MEANINGS.items():
        assert told["meanings"][code] == {"area": each.area, "ja": each.ja, "en": each.en}
    assert told["verifier"] == WORDS
    assert set(told["page"]["ja"]) == set(told["page"]["en"])
    assert len(told["page"]["ja"]["unchecked_list"]) == len(told["page"]["en"]["unchecked_list"]) > 3
