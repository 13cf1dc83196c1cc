#!/usr/bin/env bash
# libraries.sh PROCESSOR FOLDER: into FOLDER what the static program is linked with and Debian has in no form for it: libcurl
# without Kerberos, LDAP and the protocols that we do not speak, from Debian's own source package; and of ICU's data what we read.
# For a PROCESSOR other than this machine's also, into FOLDER/sysroot, Debian's packages for it. Nothing is installed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
processor=$1
folder=$(realpath -m "$2")
stamp=$folder/.made-by-$(cat "${BASH_SOURCE[0]}" "$here/aarch64.cmake" | cksum | tr ' ' -)
[[ ! -e $stamp ]] || exit 0
rm -rf "$folder"
mkdir -p "$folder"/{apt/lists/partial,apt/cache/archives/partial,lib,include}
cd "$folder"

kinds=deb-src cross=() compiler='' libraries=/usr/lib/$processor-linux-gnu
if [[ $processor != "$(uname -m)" ]]; then
  kinds='deb deb-src' compiler=$processor-linux-gnu- libraries=$folder/sysroot$libraries
  cross=(-DCMAKE_TOOLCHAIN_FILE="$here/$processor.cmake" -DTFY_LINKED_LIBRARIES="$folder")
fi

# The machine's own lists of Debian's packages, as lists of their sources; and of the packages for the other processor.
mkdir apt/parts
for list in /etc/apt/sources.list.d/*.sources; do
  if grep -q debian-archive "$list"; then sed "s/^Types: .*/Types: $kinds/; /^Architectures:/d" "$list" >"apt/parts/$(basename "$list")"; fi
done
for kind in $kinds; do sed -n "s/^deb \(.*debian.*\)/$kind \1/p" /etc/apt/sources.list; done >apt/sources.list 2>/dev/null || true
architecture=${processor/x86_64/amd64}
architecture=${architecture/aarch64/arm64}
apt=(-q -o Dir::Etc::sourcelist="$folder/apt/sources.list" -o Dir::Etc::sourceparts="$folder/apt/parts"
  -o Dir::State::lists="$folder/apt/lists" -o Dir::Cache="$folder/apt/cache" -o APT::Sandbox::User=
  -o APT::Architecture="$architecture" -o APT::Architectures="$architecture")
apt-get "${apt[@]}" update

if ((${#cross[@]})); then
  mkdir sysroot
  (
    cd apt
    apt-get "${apt[@]}" download libboost1.81-dev libcbor-dev libcli11-dev libfido2-dev libfmt-dev libfmt9 libicu-dev libnghttp2-dev libre2-dev \
      libsodium-dev libspdlog-dev libspdlog1.10 libsqlite3-dev libsqlitecpp-dev libssl-dev libtomlplusplus-dev libudev-dev libvalijson-dev \
      libzstd-dev nlohmann-json3-dev zlib1g-dev
    for each in *.deb; do dpkg-deb -x "$each" ../sysroot; done
  )
fi

(cd apt && apt-get "${apt[@]}" source curl)
off=()
for each in ALTSVC COOKIES DICT FILE FTP GOPHER HSTS IMAP LDAP LDAPS MQTT NTLM POP3 RTSP SMB TELNET TFTP; do off+=("-DCURL_DISABLE_$each=ON"); done
for each in BUILD_CURL_EXE BUILD_SHARED_LIBS BUILD_TESTING ENABLE_MANUAL CURL_USE_LIBSSH2 CURL_USE_LIBPSL CURL_ZLIB USE_LIBIDN2; do
  off+=("-D$each=OFF")
done
cmake -G Ninja -S apt/curl-*/ -B curl -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS_RELEASE="-O2 -DNDEBUG -D_FORTIFY_SOURCE=2 -fstack-protector-strong" \
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DOPENSSL_USE_STATIC_LIBS=ON -DUSE_NGHTTP2=ON "${off[@]}" \
  -DCURL_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt -DCURL_CA_PATH=none -DCMAKE_FIND_LIBRARY_SUFFIXES=.a "${cross[@]}"
cmake --build curl --target libcurl
cp curl/lib/libcurl.a lib/
cp -r apt/curl-*/include/curl include/

# Normalisation, emoji and the clocks of places: 0.2 of 31 MB. The rest of what is asked of ICU is in its code.
(
  mkdir icu && cd icu
  ar x "$libraries/libicudata.a"
  objects=(*.o)
  name=${objects[0]%_dat.o}  # icudt72l
  objcopy -I elf64-little -O binary --only-section=.rodata "${objects[0]}" "$name.dat"
  printf '%s\n' nfkc.nrm uemoji.icu zoneinfo64.res >kept.txt
  mkdir kept less
  icupkg -x kept.txt -d kept "$name.dat"
  icupkg -a kept.txt -s kept new "less/$name.dat"  # of the same name, which is in each entry's
  printf '.section .rodata\n.balign 16\n.globl %s_dat\n.type %s_dat, %%object\n%s_dat: .incbin "%s"\n.section .note.GNU-stack,"",%%progbits\n' \
    "${name%l}" "${name%l}" "${name%l}" "$PWD/less/$name.dat" >icudata.S
  "${compiler}gcc" -c icudata.S -o ../lib/icudata.o
)
licences=$folder/licences
mkdir "$licences"
cp apt/curl-*/COPYING "$licences/curl"
rm -rf apt curl icu/*.o icu/icudt*.dat
touch "$stamp"
