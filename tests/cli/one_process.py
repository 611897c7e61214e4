"""Several commands in one process, since a start costs more than most commands.

Each must succeed. A NUL ends the output of each.
"""

import json
import sys

from kolada_pipeline import main

if __name__ == "__main__":
    for words in json.loads(sys.argv[1]):
        sys.argv = ["kolada", *words]
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise
        sys.stdout.write("\0")
        sys.stdout.flush()
