"""What the site has beside docs/*.md: pages from the rest of the checkout, their links, and each page's language.

A hook of mkdocs (mkdocs.yml). Pages lie where readers of the checkout look for them, and link to each other there; on
the site each link leads to the page that was made of its target.
"""

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
# Page of the site -> file of the checkout.
ELSEWHERE = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "how-to-contribute.md": "CONTRIBUTING.md",
    "security.md": "SECURITY.md",
    "licence.md": "LICENSE",
    "goals.md": "goals/README.md",
    "questions.md": "sql/questions",
}
PAGE_OF = {source: page for page, source in ELSEWHERE.items()}
SWEDISH = ("controllers.md", "skriv-ett-mal.md", "questions.md")
LINK = re.compile(r"(\]\()(?!https?://|#|mailto:)([^)#\s]+)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from elsewhere."""
    for page, source in ELSEWHERE.items():
        files.append(File.generated(config, page, content=content(ROOT / source)))
    return files


def content(source: Path) -> str:
    """Return a page's text: a file unchanged, a folder of SQL files as one page."""
    if source.is_dir():
        asked = [path.read_text(encoding="utf-8").partition("\n") for path in sorted(source.glob("*.sql"))]
        parts = (f"## {title.removeprefix('-- ')}\n\n```sql\n{sql.strip()}\n```\n" for title, _, sql in asked)
        return "# Frågor i SQL\n\nVar och en kan ställas till den publicerade filen som den står.\n\n" + "\n".join(
            parts
        )
    text = source.read_text(encoding="utf-8")
    return text if source.suffix == ".md" else f"# Licence\n\n{text}"


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Return the page with links as they are on the site."""
    name = page.file.src_uri
    folder = posixpath.dirname(ELSEWHERE.get(name, f"docs/{name}"))

    def led(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, link[2]))
        return link[1] + PAGE_OF.get(target, target.removeprefix("docs/"))

    return LINK.sub(led, markdown)


def on_post_page(output: str, page: Page, **_: object) -> str:
    """Say which language a page is in, to browsers, search engines and screen readers."""
    language = "sv" if page.file.src_uri in SWEDISH else "en"
    return re.sub(r'<html lang="[^"]*"', f'<html lang="{language}"', output, count=1)
