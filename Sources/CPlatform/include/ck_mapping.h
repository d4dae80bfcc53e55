/// Files in memory without a copy: what happens where one of them loses what is read.
#ifndef PTRAIN_CK_MAPPING_H
#define PTRAIN_CK_MAPPING_H
#include <stddef.h>
#include <stdint.h>

/// Watches a mapped file: where its bytes cannot be had any more, which is SIGBUS, the process says so and ends, with
/// code 65 where the file has become shorter and 74 else. Any other SIGBUS is left to who had the signal before.
///
/// - base, bytes: the mapping; bytes are those of the file.
/// - file: its descriptor, open as long as it is watched.
/// - shorter, unreadable: the two lines, line break included; they are copied.
///
/// Returns the number of the watch, or -1 where so many are watched that there is no room for another.
int ck_watch_mapping(
    const void *_Nonnull base, size_t bytes, int file, const char *_Nonnull shorter, const char *_Nonnull unreadable);

/// Several processes read this file: the one that sets the word, 0 at first, in memory that they share, is the one that
/// speaks.
void ck_share_watch(int watch, uint32_t *_Nonnull word);

/// The mapping goes. With the last one the signal is given back.
void ck_unwatch_mapping(int watch);

#endif
