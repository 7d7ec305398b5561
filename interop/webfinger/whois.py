"""Our side: answers the rows of fedikit that come in with what `whois` says.

    python3 whois.py WHOIS CA < cases.jsonl

HOSTS, a JSON object, says on which port of 127.0.0.1 each name is.
"""

import json
import os
import subprocess
import sys

program, authority = sys.argv[1:]
flags = ["--trust-root", authority]
for host, port in json.loads(os.environ["HOSTS"]).items():
    flags += ["--danger-resolve", f"{host}=127.0.0.1:{port}"]

for line in sys.stdin:
    row = json.loads(line)
    if row["by"] != "fedikit":
        continue
    run = subprocess.run([program, row["ask"], "--json", *flags], capture_output=True, text=True, timeout=60)
    if run.stdout:
        person = json.loads(run.stdout)
        software = person["software"]
        row["got"] = {name: person[name] for name in ("handle", "actor", "proven")}
        row["got"]["software"] = software and f"{software['name']} {software['version']}"
        row["got"]["odd"] = [odd["what"] for odd in person["odd"]]
    else:
        row["got"] = None if run.returncode == 1 else {"error": run.stderr.strip()}
    print(json.dumps(row))
