# sparkdx - one non-recursive Makefile. `make help` lists the targets.
MODE ?= release
# How a session reads lines: readline, libedit, or plain for no library.
LINE ?= readline
B := build/$(MODE)$(if $(filter-out readline,$(LINE)),-$(LINE))
PREFIX ?= /usr/local
VERSION := $(shell sed -n 's/^\#\# \[\([0-9][^]]*\)\].*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1)

# Dependency order, lowest first. A module may include and link only what is
# to the left of it on its own line; `make check-layers` holds us to that.
MODULES := base parsers patterns diagnose repl cli
deps_base :=
deps_parsers := base
deps_patterns := base
deps_diagnose := base parsers patterns
deps_repl := base parsers patterns diagnose
deps_cli := base parsers patterns diagnose repl

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla \
	-Wwrite-strings -Wpointer-arith -Wundef -Wcast-qual -Wformat=2 \
	-Wswitch-enum -Wimplicit-fallthrough -Wdouble-promotion
mode_release := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
mode_debug := -O0 -g3 -Werror
mode_asan := -O1 -g -Werror -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
mode_cov := -O0 -g --coverage
mode_fuzz := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
$(if $(mode_$(MODE)),,$(error unknown MODE=$(MODE): release debug asan cov fuzz))
ifeq ($(MODE),fuzz)
CC := clang
endif

PKGS := libpcre2-8 libarchive yaml-0.1 zlib libzstd liblzma liblz4 sqlite3
override CFLAGS += -std=c17 -D_GNU_SOURCE $(WARN) -fno-common -I. -I$(B) $(mode_$(MODE)) \
	-DSPARKDX_VERSION='"$(VERSION)"'
line_readline := repl/line_edit_readline.c
line_libedit := repl/line_edit_readline.c
line_plain := repl/line_edit_plain.c
line_flags_libedit := -DLINE_LIBEDIT
line_libs_readline := -lreadline
line_libs_libedit := -ledit
$(if $(line_$(LINE)),,$(error unknown LINE=$(LINE): readline libedit plain))
NOT_THIS_LINE := $(filter-out $(line_$(LINE)),$(line_readline) $(line_plain))
override CFLAGS += $(line_flags_$(LINE))
override LDLIBS += $(line_libs_$(LINE)) $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lbz2 -lsnappy -llzf -lpthread -lm
V ?= 0
Q := $(if $(filter 0,$(V)),@)
say = $(if $(filter 0,$(V)),@printf '  %-5s %s\n' $(1) $(2))

src_of = $(filter-out $(NOT_THIS_LINE),$(sort $(wildcard $(1)/*.c)))
obj_of = $(patsubst %.c,$(B)/%.o,$(call src_of,$(1)))
LIBMODULES := $(foreach m,$(filter-out cli,$(MODULES)),$(if $(call src_of,$(m)),$(m)))
lib_of = $(foreach m,$(1),$(if $(call src_of,$(m)),$(B)/lib$(m).a))
reverse = $(if $(1),$(call reverse,$(wordlist 2,$(words $(1)),$(1))) $(firstword $(1)))
LIBS := $(call lib_of,$(call reverse,$(LIBMODULES)))
JOBS := -j$(shell nproc)

.DELETE_ON_ERROR:
.PHONY: all
all: $(B)/sparkdx ## build the tool into build/$(MODE)

$(B)/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

define module_lib
$(B)/lib$(1).a: $(call obj_of,$(1))
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach m,$(LIBMODULES),$(eval $(call module_lib,$(m))))

# The catalogue is data: YAML -> C tables and the prefilter's database, by a program built from the
# same loader. The generator is always an optimised build, whatever MODE is.
CATALOGUE := $(sort $(wildcard patterns/catalogue/*.yaml))
HOST_OBJ := $(patsubst %.c,build/host/%.o,$(call src_of,base) $(call src_of,patterns) tools/compile-catalogue.c)
build/host/%.o: %.c
	$(call say,CC,"$< (host)")
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -I. -MMD -MP -c -o $@ $<
build/host/compile-catalogue: $(HOST_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) -o $@ $^ $(LDLIBS)
build/host/catalogue_data.c: build/host/compile-catalogue $(CATALOGUE)
	$(call say,GEN,$@)
	$(Q)build/host/compile-catalogue patterns/catalogue $@
$(B)/catalogue_data.o: build/host/catalogue_data.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O0 -I. -c -o $@ $<

# What is known about Spark's settings is data too: two tables of text -> one C table.
build/host/config_keys_data.c: tools/compile-config-keys diagnose/config_keys.tsv diagnose/config_notes.tsv
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$^ > $@
$(B)/config_keys_data.o: build/host/config_keys_data.c diagnose/config_key.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O0 -I. -c -o $@ $<
$(B)/libdiagnose.a: $(B)/config_keys_data.o

# So are the topics of `explain`.
build/host/topics_data.c: tools/compile-topics diagnose/topics.txt
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$^ > $@
$(B)/topics_data.o: build/host/topics_data.c diagnose/topic.h
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O0 -I. -c -o $@ $<
$(B)/libdiagnose.a: $(B)/topics_data.o

# And the style sheet of --format html.
build/host/page_style_data.c: tools/compile-text diagnose/page.css
	$(call say,GEN,$@)
	@mkdir -p $(@D)
	$(Q)$^ page_style > $@
$(B)/page_style_data.o: build/host/page_style_data.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O0 -I. -c -o $@ $<
$(B)/libdiagnose.a: $(B)/page_style_data.o

$(B)/sparkdx: $(call obj_of,cli) $(B)/catalogue_data.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(call obj_of,cli) $(B)/catalogue_data.o -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

# --- unit tests: the list of tests is grepped, never written by hand
UNIT := $(sort $(wildcard tests/unit/u_*.c))
$(B)/test_list.inc: $(UNIT)
	@mkdir -p $(@D)
	$(Q)sed -n 's/^TEST(\([a-z0-9_]*\))$$/TEST_ITEM(\1)/p' $^ | LC_ALL=C sort > $@
$(B)/tests/unit/test.o: $(B)/test_list.inc
$(B)/unit: $(B)/tests/unit/test.o $(UNIT:%.c=$(B)/%.o) $(B)/catalogue_data.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)

.PHONY: check-unit check-golden check-headers check-layers check-format check-patterns check-tree check-repl
check-unit: $(B)/unit ## unit tests (T=part-of-name for some)
	$(Q)tests/count unit $(B)/unit $(T)
check-golden: $(B)/sparkdx ## golden tests (C=tests/golden/... for one, UPDATE=1 to rewrite)
	$(Q)SPARKDX=$(CURDIR)/$(B)/sparkdx tests/count golden tests/run-golden $(C)
check-repl: $(B)/sparkdx ## sessions: transcripts, keys on a pseudo terminal (UPDATE=1 rewrites)
	$(Q)tests/count repl-$(LINE) tests/check-repl $(B)/sparkdx $(LINE)
check-patterns: $(B)/sparkdx ## every pattern's own examples, collisions, advice
	$(Q)tests/count patterns tests/check-patterns $(B)/sparkdx

HEADERS := $(filter-out base/banned.h,$(sort $(wildcard $(MODULES:%=%/*.h))))
check-headers: ## each header is self-contained
	$(Q)for h in $(HEADERS); do printf '#include "%s"\n#include "%s"\n' $$h $$h | $(CC) $(CFLAGS) -fsyntax-only -xc - || exit 1; done
check-layers: $(call lib_of,$(LIBMODULES)) ## includes and symbols go down the layers only
	$(Q)$(foreach m,$(MODULES),tools/check-layers $(m) $(deps_$(m)) &&) :
	$(Q)tools/check-symbols $(B) $(LIBMODULES)
check-format: ## clang-format agrees
	$(Q)clang-format --dry-run --Werror $(sort $(wildcard $(MODULES:%=%/*.[ch]) tests/unit/*.[ch] tests/fuzz/*.[ch] tools/*.c))
check-tree: ## rules on the source tree: dependencies in one file, function length, banned words
	$(Q)tests/count tree tools/check-tree

.PHONY: check test test-all setup setup-test demo score bench install uninstall clean help
CHECKS := check-format check-layers check-headers check-tree check-unit check-golden check-patterns check-detectors check-repl check-html
check: ## all that a commit must pass, under 30 s
	$(Q)tests/summary $(MAKE) --no-print-directory $(JOBS) -O -k $(CHECKS)

setup:
	$(Q)tools/install-packages build
setup-test:
	$(Q)tools/install-packages build test

test: setup-test ## install what is missing, then every test there is
	$(Q)tests/summary $(MAKE) --no-print-directory test-all

test-all:
	$(Q)$(MAKE) --no-print-directory $(JOBS) -k $(CHECKS)
	$(Q)$(MAKE) --no-print-directory $(JOBS) score
	$(Q)$(MAKE) --no-print-directory $(JOBS) MODE=asan build/asan/unit build/asan/sparkdx
	$(Q)$(MAKE) --no-print-directory MODE=asan -k check-unit check-golden check-damage check-repl fuzz-replay
	$(Q)$(MAKE) --no-print-directory $(JOBS) LINE=libedit check-repl
	$(Q)$(MAKE) --no-print-directory $(JOBS) LINE=plain check-repl
	$(Q)$(MAKE) --no-print-directory check-same check-zone check-schema check-install check-proof check-oracle
	$(Q)$(MAKE) --no-print-directory check-lint check-sarif check-precommit
	$(Q)$(MAKE) --no-print-directory integration-fast

.PHONY: check-html check-damage check-same check-zone check-schema check-install check-proof fuzz-replay
check-proof: $(B)/sparkdx ## which patterns real logs prove, against docs/proof.md (UPDATE=1 rewrites)
	$(Q)tests/count proof tests/proof $(B)/sparkdx
.PHONY: check-lint check-sarif check-precommit
check-lint: $(B)/sparkdx ## lint on the corpus: silent on healthy runs, heard on failed ones
	$(Q)tests/count lint tests/check-lint $(B)/sparkdx
check-sarif: $(B)/sparkdx ## SARIF output against a public validator (npm)
	$(Q)tests/count sarif tests/check-sarif $(B)/sparkdx
check-precommit: ## the hooks through the real pre-commit (PyPI), in a scratch repository
	$(Q)tests/count precommit tests/check-precommit
check-schema: $(B)/sparkdx ## JSON output against its schema
	$(Q)tests/count schema tests/check-schema $(B)/sparkdx
check-html: $(B)/sparkdx ## the page of every corpus case: well-formed, loads nothing, bounded
	$(Q)tests/count html tests/check-html $(B)/sparkdx
check-damage: $(B)/sparkdx ## every corpus log cut, with NULs, CRLF, recompressed and cut
	$(Q)tests/count damage tests/check-damage $(B)/sparkdx
check-same: $(B)/sparkdx ## same answer for any --jobs, directory or archive, LF or CRLF
	$(Q)tests/count same tests/check-same $(B)/sparkdx
.PHONY: check-oracle
$(B)/oracle: $(B)/tests/oracle/events.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS) -ljansson
check-oracle: $(B)/oracle ## the event scanner against jansson, on every event of the corpus
	$(Q)tests/count oracle $(B)/oracle $(wildcard corpus/*/input)
.PHONY: check-detectors
check-detectors: $(B)/sparkdx ## docs/detectors.md against the corpus
	$(Q)tests/count detectors tests/check-detectors $(B)/sparkdx
check-zone: $(B)/sparkdx ## same answer for logs written in another time zone than the event log's
	$(Q)tests/count zone tests/check-zone $(B)/sparkdx
check-install: $(B)/sparkdx ## make install into an empty directory works from there
	$(Q)tests/count install tests/check-install

# --- real Spark, from PyPI into build/; FAST are the cases that `make test` runs
SPARK := build/spark-3.5.9
SPARK_RUN = $(SPARK)/bin/python tests/integration/$(1) $(CURDIR)/$(B)/sparkdx \
	$$(echo $(CURDIR)/$(SPARK)/lib/python3*/site-packages/pyspark)
FAST := executor-memory-too-small implicit-cross-join dynalloc-no-shuffle-service
.PHONY: integration integration-fast
$(SPARK)/ready:
	$(Q)tools/install-packages build spark
	$(Q)python3 -m venv $(SPARK) && $(SPARK)/bin/pip install -q --disable-pip-version-check pyspark==$(SPARK:build/spark-%=%)
	$(Q)touch $@
integration-fast: $(B)/sparkdx $(SPARK)/ready ## with real Spark: History Server, codecs, some cures
	$(Q)tests/count history $(call SPARK_RUN,history)
	$(Q)tests/count codecs $(call SPARK_RUN,codecs)
	$(Q)tests/count cures $(call SPARK_RUN,cures) $(FAST)
integration: $(B)/sparkdx $(SPARK)/ready ## with real Spark: all of it, about half an hour
	$(Q)tests/count history $(call SPARK_RUN,history)
	$(Q)tests/count codecs $(call SPARK_RUN,codecs)
	$(Q)tests/count cures $(call SPARK_RUN,cures)

demo: setup ## install what is missing, build, diagnose a bundled real archive
	$(Q)$(MAKE) --no-print-directory $(JOBS) all
	@echo
	@echo '$$ sparkdx corpus/yarn-heap-behind-143/input/logs.tar.gz'
	$(Q)$(B)/sparkdx corpus/yarn-heap-behind-143/input/logs.tar.gz --fail-on never

score: $(B)/sparkdx ## accuracy on corpus/, against the committed corpus/SCORE
	$(Q)tests/count score tests/score $(B)/sparkdx

bench: $(B)/sparkdx ## speed and memory on a large generated log, as ratios
	$(Q)tools/install-packages build bench
	$(Q)tests/bench $(B)/sparkdx

# --- fuzzing: libFuzzer with MODE=fuzz; any compiler replays the seeds
FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
.SECONDARY:
$(B)/fuzz_%: $(B)/tests/fuzz/fuzz_%.o $(B)/catalogue_data.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)
$(B)/replay_%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/standalone.o $(B)/catalogue_data.o $(LIBS)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group $(LIBS) -Wl,--end-group $(LDLIBS)
fuzz-replay: $(FUZZERS:fuzz_%=$(B)/replay_%) $(B)/sparkdx ## run every fuzz target over its seeds
	$(Q)tests/count fuzz tests/fuzz/replay $(B)
fuzz: ## F=target SECONDS=60: fuzz one target (clang)
	$(Q)$(MAKE) --no-print-directory MODE=fuzz build/fuzz/fuzz_$(F)
	$(Q)mkdir -p build/fuzz/corpus_$(F)
	@# An archive may ask for a dictionary of 4 GiB; what counts is how much of it is used.
	$(Q)build/fuzz/fuzz_$(F) -malloc_limit_mb=4200 -max_total_time=$(or $(SECONDS),60) build/fuzz/corpus_$(F) $(wildcard tests/fuzz/seeds/$(F))

COMPLETIONS := bash-completion/completions zsh/vendor-completions fish/vendor_completions.d
install: $(B)/sparkdx ## PREFIX=/usr/local DESTDIR=
	install -D -m 755 $(B)/sparkdx $(DESTDIR)$(PREFIX)/bin/sparkdx
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/sparkdx/LICENSE
	install -D -m 644 README.md $(DESTDIR)$(PREFIX)/share/doc/sparkdx/README.md
	$(Q)install -d $(DESTDIR)$(PREFIX)/share/man/man1
	$(B)/sparkdx generate man > $(DESTDIR)$(PREFIX)/share/man/man1/sparkdx.1
	$(Q)install -d $(COMPLETIONS:%=$(DESTDIR)$(PREFIX)/share/%)
	$(B)/sparkdx generate bash > $(DESTDIR)$(PREFIX)/share/$(word 1,$(COMPLETIONS))/sparkdx
	$(B)/sparkdx generate zsh > $(DESTDIR)$(PREFIX)/share/$(word 2,$(COMPLETIONS))/_sparkdx
	$(B)/sparkdx generate fish > $(DESTDIR)$(PREFIX)/share/$(word 3,$(COMPLETIONS))/sparkdx.fish
.PHONY: wheel deb
deb: $(B)/sparkdx ## a Debian package, in build/deb
	$(Q)tools/make-deb build/deb
wheel: ## a Python wheel with the binary, in build/wheel
	$(Q)tools/python_backend.py build/wheel
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/sparkdx $(DESTDIR)$(PREFIX)/share/man/man1/sparkdx.1
	rm -f $(DESTDIR)$(PREFIX)/share/$(word 1,$(COMPLETIONS))/sparkdx
	rm -f $(DESTDIR)$(PREFIX)/share/$(word 2,$(COMPLETIONS))/_sparkdx
	rm -f $(DESTDIR)$(PREFIX)/share/$(word 3,$(COMPLETIONS))/sparkdx.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/sparkdx
clean: ## remove build/
	rm -rf build
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 20

-include $(shell test -d build && find build -name '*.d')
