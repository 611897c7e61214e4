"""The web pages and the tools for assistants, served from the published file. Read-only; every view has a URL.

    addresses   the routes and the error pages
    guarding    the checks of each request, the headers of each response
    published   the published file, opened again after each publication
    asked       the query parameters of a request, checked
    rendering   pages from templates
    goal_pages, kpi_pages, change_pages, operation_pages, download_pages    the pages, by subject
    assistant_server, assistant_tools, assistant_answers    `kolada mcp`: the server, its tools and their results

The pages are in Swedish. Their parts (matrix, cards, charts, sentences) come from `reports`.
"""

from web.addresses import make_app

__all__ = ["make_app"]
