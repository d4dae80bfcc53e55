/// What the program that runs was built with.
#ifndef PTRAIN_CK_BUILD_H
#define PTRAIN_CK_BUILD_H

#include <stddef.h>

/// The build ID of the program's file, as it lies in memory: what `scripts/release-flags` has the linker put there.
/// Null, and no bytes, where the file has none.
const void *_Nullable ck_build_id(size_t *_Nonnull bytes);

/// The C compiler with its version, as it names itself.
const char *_Nonnull ck_compiler(void);

#endif
