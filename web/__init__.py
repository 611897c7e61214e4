"""What people look at live: Swedish pages over the published file. Read-only; every state is an address.

    addresses   the addresses, the checks of each request, the pages of errors
    published   the published file, opened anew after each publication
    asked       the parameters of an address, checked
    assistant_server, assistant_tools, assistant_answers    `kolada mcp` over the same file: tools and what they answer
    goal_pages, kpi_pages, change_pages, operation_pages, download_pages    the pages, by what they are about

The parts of a page (matrix, cards, charts, sentences) are those of `reports`.
"""

from web.addresses import make_app

__all__ = ["make_app"]
