/// Memory in pages.
#ifndef PTRAIN_CK_PAGES_H
#define PTRAIN_CK_PAGES_H

#include <stddef.h>

/// Makes a mapping larger, wherever there is room for it; null where there is none. The corresponding C function is
/// `mremap`.
void *_Nullable ck_move_pages(void *_Nonnull base, size_t bytes, size_t larger);

#endif
