"""The documentation as a site: navigation, links and languages."""

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from ruamel.yaml import YAML

REPOSITORY = Path(__file__).resolve().parents[2]
SWEDISH_SECTION = "På svenska"
# Words that are frequent in Swedish pages and absent from English ones.
SWEDISH_WORDS = (" och ", " är ", " som ")


@pytest.fixture(scope="module")
def navigation():
    """Return section -> its pages; pages without a section have an empty one."""
    entries = YAML(typ="safe").load(REPOSITORY / "mkdocs.yml")["nav"]
    sections = {}
    for entry in entries:
        for title, pages in entry.items():
            is_section = isinstance(pages, list)
            found = [page for each in pages for page in each.values()] if is_section else [pages]
            sections.setdefault(title if is_section else "", []).extend(found)
    return sections


class Found(HTMLParser):
    """The contents of a page: its language, anchors, links, and fetched resources."""

    def __init__(self, page):
        super().__init__()
        self.language, self.anchors, self.links, self.fetched = None, set(), [], []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        """Record the tag's data."""
        given = dict(attributes)
        if tag == "html":
            self.language = given["lang"]
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in ("script", "img", "link") and given.get("rel") != "canonical":
            self.fetched += [given[name] for name in ("src", "href") if given.get(name)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site as built by `make site`: page -> its contents."""
    folder = tmp_path_factory.mktemp("site")
    subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--quiet", "--site-dir", folder],
        cwd=REPOSITORY,
        check=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    return folder, {page: Found(page) for page in sorted(folder.rglob("*.html")) if page.name != "404.html"}


def test_every_page_has_its_place(navigation):
    """Every page is in the navigation once."""
    placed = [page for pages in navigation.values() for page in pages]
    assert {page.name for page in REPOSITORY.glob("docs/*.md")} <= set(placed)
    assert len(placed) == len(set(placed))


def test_swedish_and_english_are_told_apart(navigation):
    """The Swedish section has exactly the pages in Swedish."""
    pages = [*REPOSITORY.glob("docs/*.md")]
    texts = {page.name: page.read_text(encoding="utf-8").lower() for page in pages}
    swedish = {name for name, text in texts.items() if all(text.count(word) > 10 for word in SWEDISH_WORDS)}
    assert swedish == set(navigation[SWEDISH_SECTION]) - {"questions.md"}


@pytest.mark.slow
def test_no_link_is_dead(site):
    """Every link within the site leads to a page and an existing anchor."""
    folder, pages = site
    dead = []
    for page, found in pages.items():
        for link in found.links:
            address, anchor = urldefrag(unquote(link))
            if urlsplit(link).scheme:
                continue
            target = (page.parent / address).resolve() if address else page
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
                dead.append(f"{page.relative_to(folder)}: {link}")
    assert dead == []


@pytest.mark.slow
def test_each_page_says_its_language(site, navigation):
    """Each page declares its language."""
    folder, pages = site
    languages = {str(page.relative_to(folder).parent): found.language for page, found in pages.items()}
    swedish = {page.removesuffix(".md") for page in navigation[SWEDISH_SECTION]}
    assert {name for name, language in languages.items() if language == "sv"} == swedish
    assert set(languages.values()) == {"sv", "en"}


@pytest.mark.slow
def test_the_site_fetches_nothing_from_elsewhere(site):
    """Fonts, scripts and pictures are the site's own."""
    _, pages = site
    assert {each for found in pages.values() for each in found.fetched if urlsplit(each).netloc} == set()
