# The map of the house. A room is a folder with sources; its namespace is tfy:: and the folder's own name.
#
#   room(FOLDER [MAY ROOM…])   FOLDER may include ROOM. A row names rooms of rows above it only, so there are no cycles.
#   only_in(ROOM… INCLUDES REGEX)   system headers that match stand in these rooms only.
#
# manifests is data that is embedded at build time; it includes no room.
# Beyond its row, every room may include `protocol`; every room of tools/ and server/ also `policy`, `policy/redaction` and
# `tools`; every room of server/ also the other rooms of policy/.
room(manifests)
room(protocol)
room(policy MAY manifests)
room(policy/redaction MAY policy manifests)
room(policy/dialogue MAY policy)
room(policy/journal MAY policy policy/redaction)
room(policy/notice MAY policy policy/redaction policy/journal)
room(tools)
room(tools/truefoundry)
room(tools/access_tokens MAY tools/truefoundry)
room(tools/status MAY tools/truefoundry tools/access_tokens)
room(tools/sandbox MAY tools/truefoundry)
room(tools/registry MAY tools/truefoundry tools/access_tokens tools/status manifests)
room(server/system)
room(server/loop)
room(server/loading)
room(server/webauthn MAY server/loading)
room(server/jwt MAY server/loading)
room(server/tls MAY server/loading)
room(server/storage MAY server/system server/loop server/webauthn tools/access_tokens tools/sandbox)
room(server/sealing MAY server/storage)
room(server/observability MAY server/loop server/sealing)
room(server/transport MAY server/system server/loop server/tls server/observability)
room(server/http_client MAY server/loading server/system server/loop server/observability)
room(server/upstream MAY server/loop server/storage server/sealing server/observability server/http_client tools/truefoundry)
room(server/people MAY server/system server/loop server/webauthn server/storage server/sealing server/observability server/transport server/http_client)
room(server/oidc MAY server/jwt server/loop server/storage server/sealing server/observability server/http_client server/people)
room(server/oauth MAY server/loop server/storage server/sealing server/observability server/transport server/http_client
     server/people)
room(server/callers MAY server/jwt server/transport server/storage server/sealing server/oauth)
room(server/approvals MAY server/loop server/storage server/sealing server/observability server/people tools/registry)
room(server/reveals MAY server/system server/loop server/storage server/sealing server/observability server/transport server/people)
room(server/mcp MAY server/loop server/sealing server/observability server/transport)
room(server/calls MAY server/loop server/storage server/sealing server/observability server/upstream server/people
     server/approvals server/reveals server/mcp tools/registry)
room(server/features MAY server/loop server/observability server/approvals server/mcp server/calls tools/truefoundry
     tools/access_tokens manifests)
room(server/rotations MAY server/loop server/storage server/sealing server/observability server/upstream tools/truefoundry
     tools/access_tokens)
room(server/dashboard MAY server/loop server/storage server/sealing server/observability server/transport server/upstream
     server/people server/oidc server/oauth server/approvals server/reveals server/rotations manifests)
room(server/notify MAY server/loop server/storage server/sealing server/observability server/http_client server/approvals)
room(server/config MAY server/system server/tls server/storage server/observability server/transport server/http_client server/upstream server/oidc server/oauth
     server/notify manifests)
room(server/app MAY server/system server/loop server/tls server/storage server/sealing server/observability server/transport server/http_client
     server/upstream server/callers server/people server/oidc server/oauth server/approvals server/reveals server/rotations server/mcp server/calls server/features
     server/dashboard server/notify server/config tools/truefoundry tools/access_tokens tools/status tools/sandbox tools/registry manifests)
room(server/doctor MAY server/system server/jwt server/loop server/tls server/storage server/sealing server/observability server/transport server/http_client
     server/upstream server/people server/oidc server/approvals server/reveals server/notify server/config server/app tools/truefoundry
     tools/access_tokens tools/status tools/sandbox tools/registry manifests)
room(server/setup MAY server/storage server/sealing)
room(server/cli MAY server/system server/loop server/storage server/sealing server/observability server/transport server/http_client
     server/upstream server/callers server/people server/oauth server/approvals server/reveals server/rotations server/mcp server/calls server/features
     server/dashboard server/notify server/config server/app server/doctor server/setup tools/truefoundry tools/access_tokens tools/status
     tools/sandbox tools/registry manifests)
room(server MAY server/system server/cli)

only_in(protocol INCLUDES "^valijson/")
only_in(policy policy/redaction server/config server/upstream INCLUDES "^(re2|unicode)/")
only_in(policy/redaction INCLUDES "^(zlib|zstd)\\.h$")
only_in(policy server/config server/setup INCLUDES "^toml\\+\\+/")
only_in(server/storage INCLUDES "^(SQLiteCpp/|sqlite)")
only_in(server/webauthn INCLUDES "^fido")
only_in(server/observability INCLUDES "^spdlog/")
only_in(server/transport INCLUDES "^boost/beast/")
only_in(server/system server/transport server/config server/doctor server/reveals server/cli INCLUDES "^boost/asio/(ip|local|ssl)/")
only_in(server/http_client INCLUDES "^curl/")
only_in(server/http_client server/jwt server/tls INCLUDES "^openssl/")
only_in(server/cli server/config INCLUDES "^CLI/")
only_in(server/people server/cli INCLUDES "^termios\\.h$")
