/* reply -- what Redis said, as err and store_reply. */
#include "common/store/reply.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"

/* The first word of an error. Scripts refuse with the upper ones; after the
 * lower ones Redis has done nothing. */
static const struct {
    const char *word;
    enum err err;
} words[] = {
    {"CONFLICT", ERR_CONFLICT},
    {"NOTFOUND", ERR_NOT_FOUND},
    {"BADREQUEST", ERR_BAD_REQUEST},
    {"LIMIT", ERR_LIMIT},
    {"GONE", ERR_GONE},
    {"FORBIDDEN", ERR_FORBIDDEN},

    {"LOADING", ERR_UNAVAILABLE},
    {"BUSY", ERR_UNAVAILABLE},
    {"OOM", ERR_UNAVAILABLE},
    {"MISCONF", ERR_UNAVAILABLE},
    {"READONLY", ERR_UNAVAILABLE},
    {"NOAUTH", ERR_UNAVAILABLE},
    {"NOPERM", ERR_UNAVAILABLE},
    {"WRONGPASS", ERR_UNAVAILABLE},
    {"NOSCRIPT", ERR_UNAVAILABLE},
    {"NOREPLICAS", ERR_UNAVAILABLE},
    {"MASTERDOWN", ERR_UNAVAILABLE},
    {"CLUSTERDOWN", ERR_UNAVAILABLE},
    {"TRYAGAIN", ERR_UNAVAILABLE},
    {"MOVED", ERR_UNAVAILABLE},
    {"ASK", ERR_UNAVAILABLE},
};

static bool
starts_with_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    return strncmp(text, word, len) == 0 &&
           (text[len] == ' ' || text[len] == '\0');
}

bool
store_reply_is_error(const struct redisReply *reply, const char *word)
{
    return reply != NULL && reply->type == REDIS_REPLY_ERROR &&
           starts_with_word(reply->str, word);
}

/* *sentence_out: what follows the word, when a script chose it. */
static enum err
err_of_words(const char *text, const char **sentence_out)
{
    if (starts_with_word(text, "ERR") && strrchr(text, ' ') == text + 3) {
        text += 4; /* Redis puts ERR before a word that stands alone */
    }
    *sentence_out = text;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!starts_with_word(text, words[i].word)) {
            continue;
        }
        if (words[i].err != ERR_UNAVAILABLE) {
            const char *space = strchr(text, ' ');
            *sentence_out = space == NULL ? "" : space + 1;
        }
        return words[i].err;
    }
    return ERR_INTERNAL;
}

/* Redis quotes the arguments of a command it does not know: those may be a
 * person's. */
static void
log_internal(const char *text)
{
    char *safe = mem_copy_string(text);
    char *arguments = strstr(safe, ", with args");
    if (arguments != NULL) {
        *arguments = '\0';
    }
    log_error("store.command_wrong", log_str("redis", safe));
    free(safe);
}

void
store_reply_refuse(enum err err, const char *sentence, store_reply_cb *cb,
                   void *arg)
{
    struct store_reply reply = {
        .type = STORE_STRING, .string = sentence, .len = strlen(sentence)};
    cb(arg, err, &reply);
}

static size_t
count_items(const redisReply *from)
{
    size_t count = 0;
    for (size_t i = 0; i < from->elements; i++) {
        count += 1 + count_items(from->element[i]);
    }
    return count;
}

/* Fills to; an array takes its items from *free, which moves on. hiredis
 * refuses answers nested deeper than 7. */
static void
translate(const redisReply *from, struct store_reply *to,
          struct store_reply **free_items)
{
    *to = (struct store_reply){.type = STORE_NIL, .string = ""};
    if (from->type == REDIS_REPLY_INTEGER) {
        to->type = STORE_INTEGER;
        to->integer = from->integer;
    } else if (from->type == REDIS_REPLY_ARRAY) {
        struct store_reply *items = *free_items;
        *free_items += from->elements;
        for (size_t i = 0; i < from->elements; i++) {
            translate(from->element[i], &items[i], free_items);
        }
        to->type = STORE_ARRAY;
        to->items = items;
        to->count = from->elements;
    } else if (from->type != REDIS_REPLY_NIL) {
        to->type = STORE_STRING;
        to->string = from->str;
        to->len = from->len;
    }
}

void
store_reply_deliver(const struct redisReply *reply, store_reply_cb *cb,
                    void *arg)
{
    if (reply == NULL) {
        store_reply_refuse(
            ERR_UNKNOWN, "the store did not answer: outcome unknown", cb, arg);
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
        const char *sentence = NULL;
        enum err err = err_of_words(reply->str, &sentence);
        if (err == ERR_INTERNAL) {
            log_internal(reply->str);
        }
        store_reply_refuse(err, sentence, cb, arg);
        return;
    }
    struct store_reply ours, *items = NULL;
    if (reply->type == REDIS_REPLY_ARRAY) {
        items = mem_new_array(count_items(reply), sizeof(*items));
    }
    struct store_reply *free_items = items;
    translate(reply, &ours, &free_items);
    cb(arg, ERR_NONE, &ours);
    free(items);
}
