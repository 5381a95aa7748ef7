#!/usr/bin/env bash
# Starts a usage query and waits for its end by server-sent events: curl, and node to read JSON.
#
#   examples/curl-sse.sh [interval]
#
# USAGE_SERVER says where the service is, USAGE_TOKEN or USAGE_TOKEN_FILE what to come with. See docs/clients/curl.md.
set -uo pipefail

server=${USAGE_SERVER:-http://127.0.0.1:4000}
server=${server%/}
interval=${1:-$(date -u -d '7 days ago' +%F 2>/dev/null || date -u -v-7d +%F)/$(date -u -d yesterday +%F 2>/dev/null || date -u -v-1d +%F)}
fields='id version status done pollCount pollAfterMs error { code message } totals { requests errorRate }'
# Streams in a row that bring nothing before the push is taken to be blocked, and requests that fail before it ends.
most_streams=5
most_failures=10

# Read for every request, so that a token that was renewed is used. curl gets it by a file descriptor: arguments of a
# process can be read by everybody on the machine.
authorization() {
  printf 'authorization: Bearer %s' "$(if [ -n "${USAGE_TOKEN_FILE:-}" ]; then cat "$USAGE_TOKEN_FILE"; else echo "${USAGE_TOKEN:-demo-admin}"; fi)"
}

# json EXPRESSION < text: what it gives for the value `it`; nothing when there is none, or the text is no JSON.
json() {
  node -e '
    let it;
    try { it = JSON.parse(require("node:fs").readFileSync(0, "utf8")); } catch {}
    const found = new Function("it", `return ${process.argv[1]}`)(it);
    if (found !== undefined && found !== null) console.log(found);
  ' "$1"
}

# body DOCUMENT VARIABLES
body() {
  node -p 'JSON.stringify({ query: process.argv[1], variables: JSON.parse(process.argv[2]) })' "$1" "$2"
}

# ask DOCUMENT VARIABLES: the answer, once there is one that is no passing failure.
ask() {
  local attempt answer verdict
  for ((attempt = 1; ; attempt++)); do
    answer=$(body "$1" "$2" | curl -sS --max-time 30 "$server/graphql" -H @<(authorization) \
      -H 'content-type: application/json' --data-binary @-)
    verdict=$(json '!it ? "no answer" : !it.errors ? "" : [it.errors[0].extensions?.code, it.errors[0].message].join(": ")' <<<"$answer")
    if [ -z "$verdict" ]; then
      echo "$answer"
      return 0
    fi
    # A refused token may pass, too, but not for long: the next attempt reads it anew.
    if [ "$attempt" -ge "$(json "!it || it.errors[0].extensions?.retryable ? $most_failures : it.errors[0].extensions?.code === 'UNAUTHENTICATED' ? 4 : 1" <<<"$answer")" ]; then
      echo "$verdict" >&2
      return 1
    fi
    echo "$verdict; trying again" >&2
    sleep $((attempt < 4 ? attempt : 10))
  done
}

# The states that one stream brings, a line each. It says something every 8 s; one that says nothing for 20 s is dead.
stream() {
  body "subscription (\$id: ID!) { usageExecutionUpdated(id: \$id) { $fields } }" "{\"id\":\"$1\"}" |
    curl -sS --no-buffer --connect-timeout 10 --speed-limit 1 --speed-time 20 "$server/graphql/stream" \
      -H @<(authorization) -H 'accept: text/event-stream' -H 'content-type: application/json' --data-binary @- |
    sed -un -e 's/^data: *{/{/p' -e t -e '/^{"errors"/p'
}

progress() {
  json '`${it.status} (version ${it.version}, upstream was asked ${it.pollCount} times)`' <<<"$1" >&2
}

# The final state as the server pushes it; nothing when pushing does not work here.
watch() {
  local silent=0 message state error
  while ((silent < most_streams)); do
    ((silent > 0)) && sleep "$silent"
    silent=$((silent + 1))
    while read -r message; do
      state=$(json 'it?.data?.usageExecutionUpdated && JSON.stringify(it.data.usageExecutionUpdated)' <<<"$message")
      if [ -z "$state" ]; then
        # That its token has ended is told by a last error. The next stream comes with a new one.
        error=$(json 'it?.errors && [it.errors[0].extensions?.code, it.errors[0].message].join(": ")' <<<"$message")
        [ -z "$error" ] || echo "stream ended: $error" >&2
        continue
      fi
      silent=0
      progress "$state"
      if [ "$(json it.done <<<"$state")" = true ]; then
        echo "$state"
        return 0
      fi
    done < <(stream "$1")
    # The next stream begins with the present state: nothing is missed.
    echo 'no event stream: trying again' >&2
  done
}

# For networks that let no event stream pass: asks as often as the server says that there may be news.
poll() {
  local answer state
  echo 'no news by event stream: polling' >&2
  while true; do
    answer=$(ask "query (\$id: ID!) { usageExecution(id: \$id) { $fields } }" "{\"id\":\"$1\"}") || return 1
    state=$(json 'it.data.usageExecution && JSON.stringify(it.data.usageExecution)' <<<"$answer")
    [ -n "$state" ] || { echo "NOT_FOUND: $1 is unknown or has expired" >&2; return 1; }
    progress "$state"
    if [ "$(json it.done <<<"$state")" = true ]; then
      echo "$state"
      return 0
    fi
    sleep "$(json '(it.pollAfterMs ?? 0) / 1000' <<<"$state")"
  done
}

# With a key of its own a start may be repeated when its answer was lost: it gives the same execution.
key=$(node -p 'crypto.randomUUID()')
started=$(ask "mutation (\$input: QueryOrganizationUsageInput!) {
  queryOrganizationUsage(input: \$input) { execution { $fields } userErrors { code message } }
}" "{\"input\":{\"interval\":\"$interval\",\"granularity\":\"DAY\",\"groupBy\":[\"OAUTH_CLIENT\"],\"idempotencyKey\":\"$key\"}}") || exit 1
id=$(json 'it.data.queryOrganizationUsage.execution?.id' <<<"$started")
if [ -z "$id" ]; then
  json 'it.data.queryOrganizationUsage.userErrors.map(({ code, message }) => `${code}: ${message}`).join("\n")' <<<"$started" >&2
  exit 1
fi

final=$(watch "$id")
[ -n "$final" ] || final=$(poll "$id") || exit 1
json '`${it.status} ${it.id} version ${it.version}`' <<<"$final"
if [ "$(json it.status <<<"$final")" != SUCCEEDED ]; then
  json 'it.error ? `${it.error.code}: ${it.error.message}` : it.status' <<<"$final" >&2
  exit 1
fi
json '`${it.totals.requests} requests, ${((it.totals.errorRate ?? 0) * 100).toFixed(1)} % errors`' <<<"$final"
echo "All rows as CSV: curl --compressed -H 'authorization: Bearer …' $server/executions/$id/rows.csv"
