# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
# What quickstart and runtests share: which packages there have to be, checks of the host, the build. Sourced by
# them, in the top folder, with PROGRAM (how they are called) and LOG (a file for what nobody needs to see) set.
# shellcheck disable=SC2034

BUILD_PACKAGES=(autoconf automake pkg-config gcc libc6-dev linux-libc-dev make clang llvm bpftool
	libbpf-dev libxdp-dev libevent-dev libsqlite3-dev libnl-3-dev libnl-genl-3-dev libnl-route-3-dev
	libjansson-dev libcmocka-dev)
RUN_PACKAGES=(iproute2 iputils-ping)
TEST_PACKAGES=(iproute2 iputils-ping ethtool python3 python3-pytest python3-scapy qemu-system-x86 busybox-static
	cpio shellcheck clang-format mandoc libnuma1 libunbound8 zsh)

die() {
	echo "$PROGRAM: $*" >&2
	exit 1
}

check_root() {
	[ "$(id -u)" = 0 ] || die "needs root: sudo ./$PROGRAM"
}

# Debian's derivatives have other packages: they are told, not tried.
check_debian() {
	local ID=unknown VERSION_ID='' PRETTY_NAME=''

	# shellcheck source=/dev/null
	[ ! -r /etc/os-release ] || . /etc/os-release
	# Debian's testing and unstable have no VERSION_ID.
	if [ "$ID" != debian ] || [ "${VERSION_ID:-99}" -lt 12 ]; then
		die "needs Debian 12 or later, and this is ${PRETTY_NAME:-$ID}"
	fi
}

# Makes a BPF map and lets go of it again, with what every Debian has.
check_bpf() {
	local said

	said=$(perl -e '
		my %number = (x86_64 => 321, aarch64 => 280);
		my $machine = `uname -m`;
		chomp $machine;
		my $call = $number{$machine} or exit 0;
		my $array_map = pack("L4", 2, 4, 4, 1) . "\0" x 112;
		exit 0 if syscall($call, 0, $array_map, length $array_map) >= 0;
		print lcfirst $!;
		exit 1;
	') || die "needs BPF, which the kernel ($(uname -r)) refuses here: $said"
	[ "$(printf '6.1\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.1 ] ||
		die "needs Linux 6.1 or later, and this is $(uname -r)"
}

# How long a step has been running, and the last line of what it said; nothing where nobody looks on.
tick() {
	local start=$SECONDS

	[ -t 1 ] || return 0
	while sleep 0.3; do
		printf '\r\033[K%s ... %d s  %.60s' "$1" $((SECONDS - start)) "$(tail -n 1 "$LOG" | tr -cd '[:print:]')"
	done
}

# step TITLE COMMAND...: runs it with its output in the log. A failure shows the log's end and is passed on.
step() {
	local title=$1 start=$SECONDS ticker status=0

	shift
	tick "$title" &
	ticker=$!
	"$@" >>"$LOG" 2>&1 </dev/null || status=$?
	kill "$ticker" 2>/dev/null
	wait "$ticker" 2>/dev/null
	[ ! -t 1 ] || printf '\r\033[K'
	if [ "$status" = 0 ]; then
		echo "$title: done, $((SECONDS - start)) s"
	else
		echo "$title: failed; the end of $LOG:"
		tail -n 20 "$LOG"
	fi
	return "$status"
}

apt_install() {
	apt-get -q update && DEBIAN_FRONTEND=noninteractive \
		apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends install "$@"
}

# Installs those of the packages that are not there.
install_packages() {
	local package missing=()

	for package; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
	done
	[ ${#missing[@]} = 0 ] || step "installing packages (${#missing[@]})" apt_install "${missing[@]}" ||
		die "could not install: ${missing[*]}"
}

# The files that the project is made of: what git knows or would add; of an unpacked archive all that was not made.
source_files() {
	if [ -e .git ] && command -v git >/dev/null; then
		git -c safe.directory='*' ls-files --cached --others --exclude-standard | sort -u |
			while IFS= read -r file; do [ ! -e "$file" ] || printf '%s\n' "$file"; done
	else
		find . \( -name build -o -name build-aux -o -name autom4te.cache -o -name .deps -o -name __pycache__ \) -prune \
			-o -type f ! -name configure ! -name aclocal.m4 ! -name 'config.[hls]*' ! -name 'Makefile' \
			! -name Makefile.in ! -name '*.[ao]' ! -name '*.log' ! -name '*.trs' ! -name '*.skel.h' -printf '%P\n'
	fi
}

# A copy to build from, so that neither a build in the source folder nor an editor gets in the way.
copy_source() {
	rm -rf "$1" && mkdir -p "$1" && source_files | tar -cf - -T - | tar -xf - -C "$1" && "$1/autogen.sh"
}

# build SOURCE FOLDER [configure's options...]
build() {
	local source folder=$2

	source=$(realpath "$1")
	shift 2
	mkdir -p "$folder" && (cd "$folder" && "$source/configure" "$@" && make -j"$(nproc)")
}
