/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A file system for SQLite that fails when it is told to. */
#include "shim.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <sqlite3.h>

#define NEVER (INT64_C(1) << 62)

static _Atomic int64_t calls, fail_from = NEVER, fail_to = NEVER, read_only_from = NEVER;
static _Atomic int64_t space = NEVER;
static _Atomic int64_t allocations, allocation_fails = NEVER;
static _Atomic bool failed;
static _Thread_local int last_error; /* of this thread's last call; 0: ask the real one */

static sqlite3_vfs *real;
static sqlite3_mem_methods real_memory;

/* --- Control --- */

static void set(int64_t from, int64_t to, int64_t read_only, int64_t bytes, int64_t allocation)
{
    atomic_store(&fail_from, NEVER);
    atomic_store(&calls, 0);
    atomic_store(&allocations, 0);
    atomic_store(&failed, false);
    atomic_store(&fail_to, to);
    atomic_store(&read_only_from, read_only);
    atomic_store(&space, bytes);
    atomic_store(&allocation_fails, allocation);
    atomic_store(&fail_from, from);
}

void shim_fail_at(int64_t n, bool on)
{
    set(n, on ? NEVER : n, NEVER, NEVER, NEVER);
}

void shim_read_only_at(int64_t n)
{
    set(NEVER, NEVER, n, NEVER, NEVER);
}

void shim_fill_after(int64_t bytes)
{
    set(NEVER, NEVER, NEVER, bytes, NEVER);
}

void shim_memory_fail_at(int64_t n)
{
    set(NEVER, NEVER, NEVER, NEVER, n);
}

void shim_heal(void)
{
    set(NEVER, NEVER, NEVER, NEVER, NEVER);
}

int64_t shim_calls(void)
{
    return atomic_load(&calls);
}

int64_t shim_allocations(void)
{
    return atomic_load(&allocations);
}

bool shim_has_failed(void)
{
    return atomic_load(&failed);
}

/* --- Judging a call --- */

static int fail_with(int code, int error)
{
    last_error = error;
    atomic_store(&failed, true);
    return code;
}

/* SQLITE_OK, or what this call fails with. */
static int judge(int code, bool writes)
{
    int64_t number = atomic_fetch_add(&calls, 1) + 1;
    last_error = 0;
    if (number >= atomic_load(&fail_from) && number <= atomic_load(&fail_to)) {
        return fail_with(code, EIO);
    }
    return writes && number >= atomic_load(&read_only_from) ? fail_with(code, EROFS) : SQLITE_OK;
}

/* Is there room for a file to grow by this much? Takes it. */
static bool take_space(int64_t bytes)
{
    return bytes <= 0 || atomic_load(&space) == NEVER || atomic_fetch_sub(&space, bytes) >= bytes;
}

/* --- Files --- */

struct file {
    sqlite3_file base;
    sqlite3_file *under; /* behind this struct */
};

static sqlite3_file *under(sqlite3_file *base)
{
    return ((struct file *)base)->under;
}

static int file_close(sqlite3_file *file)
{
    return under(file)->pMethods->xClose(under(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 at)
{
    int code = judge(SQLITE_IOERR_READ, false);
    return code != SQLITE_OK ? code : under(file)->pMethods->xRead(under(file), data, size, at);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 at)
{
    int code = judge(SQLITE_IOERR_WRITE, true);
    sqlite3_int64 has = 0;
    if (code == SQLITE_OK) {
        code = under(file)->pMethods->xFileSize(under(file), &has);
    }
    if (code == SQLITE_OK && !take_space(at + size - has)) {
        return fail_with(SQLITE_FULL, ENOSPC);
    }
    return code != SQLITE_OK ? code : under(file)->pMethods->xWrite(under(file), data, size, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = judge(SQLITE_IOERR_TRUNCATE, true);
    return code != SQLITE_OK ? code : under(file)->pMethods->xTruncate(under(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    int code = judge(SQLITE_IOERR_FSYNC, true);
    return code != SQLITE_OK ? code : under(file)->pMethods->xSync(under(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    int code = judge(SQLITE_IOERR_FSTAT, false);
    return code != SQLITE_OK ? code : under(file)->pMethods->xFileSize(under(file), out);
}

static int file_lock(sqlite3_file *file, int lock)
{
    int code = judge(SQLITE_IOERR_LOCK, false);
    return code != SQLITE_OK ? code : under(file)->pMethods->xLock(under(file), lock);
}

static int file_unlock(sqlite3_file *file, int lock)
{
    return under(file)->pMethods->xUnlock(under(file), lock);
}

static int file_check_lock(sqlite3_file *file, int *out)
{
    return under(file)->pMethods->xCheckReservedLock(under(file), out);
}

static int file_control(sqlite3_file *file, int what, void *argument)
{
    return under(file)->pMethods->xFileControl(under(file), what, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return under(file)->pMethods->xSectorSize(under(file));
}

static int file_characteristics(sqlite3_file *file)
{
    return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend,
                        void volatile **out)
{
    int code = judge(SQLITE_IOERR_SHMMAP, false);
    if (code == SQLITE_OK && extend != 0 && atomic_load(&space) <= 0) {
        return fail_with(SQLITE_IOERR_SHMSIZE, ENOSPC);
    }
    return code != SQLITE_OK
               ? code
               : under(file)->pMethods->xShmMap(under(file), region, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    /* What gives a lock back does not fail on any system. */
    int code = (flags & SQLITE_SHM_LOCK) != 0 ? judge(SQLITE_IOERR_SHMLOCK, false) : SQLITE_OK;
    return code != SQLITE_OK ? code
                             : under(file)->pMethods->xShmLock(under(file), offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    under(file)->pMethods->xShmBarrier(under(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete_it)
{
    return under(file)->pMethods->xShmUnmap(under(file), delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* without memory maps */
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* --- The file system --- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                    int *out_flags)
{
    (void)vfs;
    struct file *opened = (struct file *)file;
    opened->base.pMethods = NULL;
    opened->under = (sqlite3_file *)(opened + 1);
    int code = judge(SQLITE_CANTOPEN, false);
    if (code == SQLITE_OK) {
        code = real->xOpen(real, name, opened->under, flags, out_flags);
    }
    if (code == SQLITE_OK) {
        opened->base.pMethods = &methods;
    }
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    (void)vfs;
    int code = judge(SQLITE_IOERR_DELETE, true);
    return code != SQLITE_OK ? code : real->xDelete(real, name, sync_folder);
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    int code = judge(SQLITE_IOERR_ACCESS, false);
    return code != SQLITE_OK ? code : real->xAccess(real, name, flags, out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int size, char *text)
{
    (void)vfs;
    return last_error != 0 ? last_error : real->xGetLastError(real, size, text);
}

/* --- Memory --- */

static bool memory_is_out(void)
{
    if (atomic_fetch_add(&allocations, 1) + 1 != atomic_load(&allocation_fails)) {
        return false;
    }
    atomic_store(&failed, true);
    return true;
}

static void *memory_allocate(int size)
{
    return memory_is_out() ? NULL : real_memory.xMalloc(size);
}

static void *memory_resize(void *block, int size)
{
    return memory_is_out() ? NULL : real_memory.xRealloc(block, size);
}

void shim_install(void)
{
    static sqlite3_vfs vfs;
    int code = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods memory = real_memory;
    memory.xMalloc = memory_allocate;
    memory.xRealloc = memory_resize;
    if (code == SQLITE_OK) {
        code = sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_initialize();
    }
    assert(code == SQLITE_OK);
    real = sqlite3_vfs_find(NULL);
    vfs = *real;
    vfs.pNext = NULL;
    vfs.zName = "shim";
    vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    vfs.xAccess = vfs_access;
    vfs.xGetLastError = vfs_last_error;
    code = sqlite3_vfs_register(&vfs, 1);
    assert(code == SQLITE_OK);
    (void)code;
}
