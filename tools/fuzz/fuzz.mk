# SPDX-License-Identifier: GPL-2.0 OR MIT
#
# Fuzzes what the reader reads, with clang's libFuzzer, and builds the programs
# that replay what this has found.  Included by ../Makefile.
#
#   make fuzz            each of TARGETS for TIME seconds, or until it finds
#                        something: the input is in build/fuzz/found then
#   make fuzz-keep       puts what has been reached since into fuzz/corpus, with
#                        no more inputs than it takes

TARGETS		:= files recording proc
TIME		:= 600
CLANG		?= clang-19
FUZZ_MAX	:= 16384
# of what is kept
FUZZ_KEEP_MAX	:= 6144

# watch draws to no terminal
FUZZ_PARTS	:= input run screen
FUZZ_OBJECTS	:= $(filter-out screen,$(OBJECTS)) $(FUZZ_PARTS:%=fuzz/%)

FUZZERS		:= $(TARGETS:%=build/fuzz/%)
REPLAYS		:= $(TARGETS:%=build/asan/fuzz_%)

build/fuzz/%.o: %.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(CFLAGS) -fsanitize=fuzzer-no-link \
		$(SANITIZE) -MMD -MP -c -o $@ $<

# Which of their own lines run is nothing to look for.
build/fuzz/fuzz/%.o: fuzz/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<

build/fuzz/%.o: build/%.c
	$(call say,CC)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

build/fuzz/fuzz/proc.o build/asan/fuzz/proc.o: override CPPFLAGS += \
	-DFUZZ_DATA='"$(CURDIR)/tests/data"'

build/fuzz/recording: build/fuzz/fuzz/mutate.o
$(FUZZERS): build/fuzz/%: build/fuzz/fuzz/%.o \
			  $(FUZZ_OBJECTS:%=build/fuzz/%.o)
	$(call say,LD)
	$(Q)$(CLANG) $(CFLAGS) -fsanitize=fuzzer $(SANITIZE) $(LDFLAGS) \
		-o $@ $^ $(LDLIBS)

# The same by the compiler of the tests, without libFuzzer.
$(REPLAYS): build/asan/fuzz_%: build/asan/fuzz/%.o build/asan/fuzz/replay.o \
			       $(FUZZ_OBJECTS:%=build/asan/%.o)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)

build/plain/dictionary: build/plain/fuzz/dictionary.o $(PLAIN)
	$(call say,LD)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

build/fuzz/words: build/plain/dictionary
	$(call say,GEN)
	$(Q)mkdir -p $(@D)
	$(Q)$< > $@

# All that is compiled here.
fuzz-objects: $(FUZZERS) $(REPLAYS) build/plain/dictionary

fuzz fuzz-keep:
	$(Q)../scripts/need clang-19 libclang-rt-19-dev
	$(Q)$(MAKE) $(TARGETS:%=$@-%)

# What is new goes to build/, so that a run goes on from the last one.
$(TARGETS:%=fuzz-%): fuzz-%: build/fuzz/% build/fuzz/words twinspect
	$(Q)mkdir -p build/fuzz/corpus/$* build/fuzz/found fuzz/corpus/$*
	$(Q)fuzz/seeds $* build/fuzz/seeds/$*
	$(Q)ASAN_OPTIONS=quarantine_size_mb=8 build/fuzz/$* \
		-max_total_time=$(TIME) -max_len=$(FUZZ_MAX) -timeout=10 \
		-rss_limit_mb=1024 -dict=build/fuzz/words \
		-close_fd_mask=3 -print_final_stats=1 \
		-artifact_prefix=build/fuzz/found/$*- build/fuzz/corpus/$* \
		fuzz/corpus/$* build/fuzz/seeds/$*

$(TARGETS:%=fuzz-keep-%): fuzz-keep-%: build/fuzz/%
	$(Q)rm -rf build/fuzz/kept/$*
	$(Q)mkdir -p build/fuzz/kept/$* fuzz/corpus/$*
	$(Q)build/fuzz/$* -set_cover_merge=1 -use_counters=0 -close_fd_mask=3 \
		-max_len=$(FUZZ_KEEP_MAX) build/fuzz/kept/$* build/fuzz/corpus/$* \
		fuzz/corpus/$* build/fuzz/seeds/$*
	$(Q)rm -rf fuzz/corpus/$*
	$(Q)cp -R build/fuzz/kept/$* fuzz/corpus/$*

.PHONY: fuzz fuzz-keep fuzz-objects $(TARGETS:%=fuzz-%) \
	$(TARGETS:%=fuzz-keep-%)
