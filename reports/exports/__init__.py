"""`kolada export`: the options, the tables and files, and the memo on what has changed."""
