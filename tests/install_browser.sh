#!/usr/bin/env bash
# Makes sure that there is a Chromium for the tests of the HTML page, and fonts that have Korean letters.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests of the HTML page need Chromium. On Debian: sudo apt-get install chromium fonts-noto-cjk" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null
