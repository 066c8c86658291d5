#!/usr/bin/env bash
# Makes sure that there is what the tests use beside Python: Chromium and Korean fonts for the HTML page, jq and
# ssh-keygen for the checks by hand that docs/trace.md shows.
set -eu
missing=""
command -v chromium >/dev/null || missing="$missing chromium fonts-noto-cjk"
command -v jq >/dev/null || missing="$missing jq"
command -v ssh-keygen >/dev/null || missing="$missing openssh-client"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need more than Python. On Debian: sudo apt-get install$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # one word for each package
apt-get install -qq -y --no-install-recommends $missing >/dev/null
