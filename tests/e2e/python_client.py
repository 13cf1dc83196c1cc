"""A program in Python that connects by OAuth, with Authlib's client: python_client.py ENDPOINT CLIENT_ID CALLBACK.

It finds everything by itself from the endpoint's address. One JSON line on standard output says where a person has to
consent; the address that they come back to is read from standard input. Then it calls tools, and refreshes its token.
"""
import json
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

endpoint, client_id, callback = sys.argv[1:]


def say(**what):
    print(json.dumps(what), flush=True)


def call(session, number, method, params):
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    if call.session:
        headers["Mcp-Session-Id"] = call.session
    answer = session.post(endpoint, json=message, headers=headers, timeout=30)
    call.session = answer.headers.get("Mcp-Session-Id", call.session)
    return answer


call.session = None

refused = requests.post(endpoint, json={}, timeout=30)
assert refused.status_code == 401, refused.status_code
challenge = refused.headers["WWW-Authenticate"]
resource_url = challenge.split('resource_metadata="')[1].split('"')[0]
resource = requests.get(resource_url, timeout=30).json()
issuer = resource["authorization_servers"][0]
server = requests.get(issuer + "/.well-known/oauth-authorization-server", timeout=30).json()
assert server["issuer"] == issuer, server["issuer"]

session = OAuth2Session(
    client_id,
    redirect_uri=callback,
    scope=" ".join(resource["scopes_supported"]),
    token_endpoint_auth_method="none",
    code_challenge_method="S256",
    token_endpoint=server["token_endpoint"],
)
verifier = generate_token(48)
address, state = session.create_authorization_url(
    server["authorization_endpoint"], code_verifier=verifier, resource=resource["resource"]
)
say(consent=address)
back = sys.stdin.readline().strip()
first = session.fetch_token(
    server["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier, resource=resource["resource"]
)
initialized = call(
    session,
    1,
    "initialize",
    {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "python-client", "version": "1"}},
)
listed = call(session, 2, "tools/call", {"name": "tfy_access_tokens_list", "arguments": {}})
say(initialized=initialized.json()["result"]["serverInfo"]["name"], listed=listed.json()["result"]["structuredContent"])

second = session.refresh_token(server["token_endpoint"], refresh_token=first["refresh_token"], resource=resource["resource"])
assert second["access_token"] != first["access_token"]
again = call(session, 3, "tools/call", {"name": "tfy_config_status", "arguments": {}})
old = call(requests.Session(), 4, "tools/list", {})
say(refreshed=again.json()["result"]["structuredContent"]["connection"], without_token=old.status_code)

revoked = session.revoke_token(server["revocation_endpoint"], token=second["refresh_token"], token_type_hint="refresh_token")
say(revoked=revoked.status_code, after=call(session, 5, "tools/list", {}).status_code)
