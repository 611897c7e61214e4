"""A table: key -> {column: value}."""

Row = dict[str, object]
Table = dict[tuple[object, ...], Row]
