/* wire -- protobuf, packed and unpacked within limits.
 *
 * Each message lives in an arena of its own: protobuf-c allocates the message
 * first, so the arena's head stands just before it and wire_free finds it
 * there; a small message costs one malloc. The arena knows how long each
 * allocation is, which is how a string with a NUL inside is told from a short
 * one. */
#include "common/base/wire.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/base/utf8.h"

#define BUDGET_BYTES_MIN ((size_t)64 * 1024)
#define BUDGET_BYTES_MAX ((size_t)32 * 1024 * 1024)
#define BUDGET_PER_BYTE 24
#define BLOCK_BYTES ((size_t)4096)
/* A small message is one malloc, of a size that malloc keeps at hand. */
#define FIRST_BYTES_MIN ((size_t)256)
#define FIRST_BYTES_MAX ((size_t)768)
#define LARGE_BYTES_MIN ((size_t)1024) /* has a block of its own */
#define ALIGNMENT ((size_t)16)

struct block {
    struct block *next, *previous;
};

/* Before every allocation. */
struct span {
    size_t len;
    struct block *own; /* its own block, or NULL: part of a shared one */
};

struct arena {
    struct block blocks; /* a ring */
    char *room;          /* in the newest shared block */
    size_t room_len;
    size_t budget;  /* bytes that may still be allocated */
    size_t padding; /* to whole alignments */
};

_Static_assert(sizeof(struct span) == ALIGNMENT, "spans keep alignment");
_Static_assert(sizeof(struct block) == ALIGNMENT, "blocks keep alignment");
_Static_assert(sizeof(struct arena) % ALIGNMENT == 0, "heads keep alignment");

static size_t
align_up(size_t len)
{
    return (len + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static struct block *
add_block(struct arena *arena, size_t len)
{
    struct block *block = mem_resize(NULL, sizeof(*block) + len);
    block->next = arena->blocks.next;
    block->previous = &arena->blocks;
    block->next->previous = block;
    arena->blocks.next = block;
    return block;
}

static void
remove_block(struct block *block)
{
    block->next->previous = block->previous;
    block->previous->next = block->next;
    free(block);
}

static struct span *
take_room(struct arena *arena, size_t need)
{
    struct span *span = (struct span *)(void *)arena->room;
    arena->room += need;
    arena->room_len -= need;
    span->own = NULL;
    return span;
}

static struct span *
take_block(struct arena *arena, size_t need)
{
    struct block *block = add_block(arena, need);
    struct span *span = (struct span *)(void *)(block + 1);
    span->own = block;
    return span;
}

static void *
arena_alloc(void *data, size_t len)
{
    struct arena *arena = data;
    if (len > arena->budget ||
        align_up(len) + sizeof(struct span) > arena->budget) {
        return NULL;
    }
    size_t need = align_up(len) + sizeof(struct span);
    arena->budget -= need;
    struct span *span;
    if (need > arena->room_len && need >= LARGE_BYTES_MIN) {
        span = take_block(arena, need);
    } else {
        if (need > arena->room_len) {
            arena->room = (char *)(add_block(arena, BLOCK_BYTES) + 1);
            arena->room_len = BLOCK_BYTES;
        }
        span = take_room(arena, need);
    }
    span->len = len;
    return span + 1;
}

/* Only what has its own block goes back before the whole arena does. */
static void
arena_release(void *data, void *bytes)
{
    struct arena *arena = data;
    if (bytes == NULL) {
        return;
    }
    struct span *span = (struct span *)bytes - 1;
    if (span->own != NULL) {
        arena->budget += align_up(span->len) + sizeof(*span);
        remove_block(span->own);
    }
}

/* With room for the message itself and, when it is small, all of it. */
static struct arena *
arena_new(size_t message_len, size_t len)
{
    size_t more = FIRST_BYTES_MIN + len * 8;
    if (more > FIRST_BYTES_MAX) {
        more = FIRST_BYTES_MAX;
    }
    size_t room = align_up(message_len + more) + sizeof(struct span);
    size_t budget = BUDGET_BYTES_MIN + message_len + len * BUDGET_PER_BYTE;
    struct arena *arena = mem_resize(NULL, sizeof(*arena) + room);
    arena->blocks = (struct block){&arena->blocks, &arena->blocks};
    arena->room = (char *)(arena + 1);
    arena->room_len = room;
    arena->budget = budget > BUDGET_BYTES_MAX ? BUDGET_BYTES_MAX : budget;
    return arena;
}

static void
arena_free(struct arena *arena)
{
    for (struct block *b = arena->blocks.next; b != &arena->blocks;) {
        struct block *next = b->next;
        free(b);
        b = next;
    }
    free(arena);
}

/* ---- validation ---- */

static bool
is_text(const char *text, const ProtobufCFieldDescriptor *field)
{
    if (text == NULL || text == field->default_value ||
        text == protobuf_c_empty_string) {
        return true; /* not in the message */
    }
    size_t held = ((const struct span *)(const void *)text - 1)->len;
    return utf8_is_valid(text) && strlen(text) + 1 == held;
}

static bool is_valid(const ProtobufCMessage *message);

/* member: where one value of the field is. */
static bool
is_valid_member(const ProtobufCFieldDescriptor *field, const void *member)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return is_text(*(char *const *)member, field);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return protobuf_c_enum_descriptor_get_value(
                   field->descriptor, *(const int *)member) != NULL;
    }
    const ProtobufCMessage *inner = *(ProtobufCMessage *const *)member;
    return inner == NULL || is_valid(inner);
}

static bool
is_valid_repeated(const ProtobufCFieldDescriptor *field, const char *base)
{
    size_t count =
        *(const size_t *)(const void *)(base + field->quantifier_offset);
    const char *items = *(char *const *)(const void *)(base + field->offset);
    size_t size =
        field->type == PROTOBUF_C_TYPE_ENUM ? sizeof(int) : sizeof(void *);
    for (size_t i = 0; i < count; i++) {
        if (!is_valid_member(field, items + i * size)) {
            return false;
        }
    }
    return true;
}

static bool
is_valid_field(const ProtobufCFieldDescriptor *field, const char *base)
{
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        return is_valid_repeated(field, base);
    }
    if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
        const void *is_case = base + field->quantifier_offset;
        if (*(const uint32_t *)is_case != field->id) {
            return true;
        }
    }
    return is_valid_member(field, base + field->offset);
}

static bool
is_checked(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING ||
           field->type == PROTOBUF_C_TYPE_ENUM ||
           field->type == PROTOBUF_C_TYPE_MESSAGE;
}

static bool
is_valid(const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (is_checked(field) &&
            !is_valid_field(field, (const char *)message)) {
            return false;
        }
    }
    for (unsigned i = 0; i < message->n_unknown_fields; i++) {
        if (message->unknown_fields[i].tag == 0) { /* no field has it */
            return false;
        }
    }
    return true;
}

/* ---- the contract ---- */

void *
wire_unpack(const ProtobufCMessageDescriptor *type, const void *bytes,
            size_t len, size_t len_max)
{
    if (len > len_max) {
        return NULL;
    }
    struct arena *arena = arena_new(type->sizeof_message, len);
    ProtobufCAllocator allocator = {arena_alloc, arena_release, arena};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, len, bytes);
    if (message == NULL || !is_valid(message)) {
        arena_free(arena);
        return NULL;
    }
    return message;
}

void
wire_free(void *message)
{
    if (message != NULL) {
        struct span *span = (struct span *)message - 1;
        arena_free((struct arena *)(void *)span - 1);
    }
}

void
wire_pack(const void *message, struct buf *to)
{
    char *room = buf_room(to, protobuf_c_message_get_packed_size(message));
    if (room != NULL) {
        to->len += protobuf_c_message_pack(message, (uint8_t *)room);
        to->data[to->len] = '\0';
    }
}

void *
wire_copy(const void *message)
{
    const ProtobufCMessage *from = message;
    struct buf packed;
    buf_init(&packed, 0);
    wire_pack(from, &packed);
    void *copy = wire_unpack(from->descriptor, buf_string(&packed), packed.len,
                             packed.len);
    assert(copy != NULL);
    buf_fini(&packed);
    return copy;
}

/* Every field of a oneof says where the case stands. */
int
wire_case(const void *message)
{
    const ProtobufCMessageDescriptor *type =
        ((const ProtobufCMessage *)message)->descriptor;
    int is_case;
    memcpy(&is_case, (const char *)message + type->fields[0].quantifier_offset,
           sizeof(is_case));
    return is_case;
}
