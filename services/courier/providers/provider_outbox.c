/* provider_outbox -- messages kept on this machine, for a person to look at.
 *
 *   <[outbox] dir>/<campaign>/messages.jsonl   a line each, in order:
 *     {"at":"2026-11-23T09:00:00.000Z","channel":"sms","ref":"…","from":"…",
 *      "to":"+44…","text":"…"}
 *     {"at":…,"channel":"email","ref":"…","from":"…","to":"…","subject":"…",
 *      "text":"…","file":"email/<ref>.eml"}
 *   <[outbox] dir>/<campaign>/email/<ref>.eml  the whole mail (see mail.h)
 *
 * A line is one write with O_APPEND, so several couriers can share the file
 * and a kill leaves whole lines. The line is the hand-over, after its .eml.
 * It survives the process and not, for some seconds, the machine: these
 * messages go to nobody, so they are not synced one by one. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/base.h"
#include "common/text/text.h"
#include "services/courier/message/mail.h"
#include "services/courier/message/reason.h"
#include "services/courier/providers/provider.h"

#define CAMPAIGNS_MAX 64 /* open files; more: opened each time */

struct file {
    char *campaign;
    int fd;
};

struct outbox {
    struct loop *loop;
    char *dir;
    struct file files[CAMPAIGNS_MAX];
    size_t file_count;
    struct buf line, mail;
};

struct answer {
    struct handed handed;
    handed_cb *cb;
    void *arg;
};

static void *
outbox_open(const struct provider_setup *setup, const char **why_out)
{
    const char *dir = conf_text(setup->conf, SET_OUTBOX_DIR);
    if (dir == NULL) {
        *why_out = "set [outbox] dir";
        return NULL;
    }
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        *why_out = "cannot make the directory [outbox] dir";
        return NULL;
    }
    struct outbox *o = mem_new(sizeof(*o));
    o->loop = setup->loop;
    o->dir = mem_copy_string(dir);
    buf_init(&o->line, 0);
    buf_init(&o->mail, 0);
    return o;
}

static void
outbox_close(void *self)
{
    struct outbox *o = self;
    for (size_t i = 0; i < o->file_count; i++) {
        (void)close(o->files[i].fd);
        free(o->files[i].campaign);
    }
    buf_fini(&o->line);
    buf_fini(&o->mail);
    free(o->dir);
    free(o);
}

/* ---- files ---- */

static int
open_log(struct outbox *o, const char *campaign)
{
    char *dir = mem_format("%s/%s", o->dir, campaign);
    char *mails = mem_format("%s/email", dir);
    char *path = mem_format("%s/messages.jsonl", dir);
    (void)mkdir(dir, 0700); /* if it is not there, open says so */
    (void)mkdir(mails, 0700);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    free(path);
    free(mails);
    free(dir);
    return fd;
}

static int
get_log(struct outbox *o, const char *campaign)
{
    for (size_t i = 0; i < o->file_count; i++) {
        if (strcmp(o->files[i].campaign, campaign) == 0) {
            return o->files[i].fd;
        }
    }
    int fd = open_log(o, campaign);
    if (fd >= 0) {
        if (o->file_count == CAMPAIGNS_MAX) { /* the oldest makes room */
            (void)close(o->files[0].fd);
            free(o->files[0].campaign);
            o->files[0] = o->files[--o->file_count];
        }
        o->files[o->file_count++] =
            (struct file){mem_copy_string(campaign), fd};
    }
    return fd;
}

static bool
write_whole(int fd, const struct buf *bytes)
{
    ssize_t n = fd < 0 ? -1 : write(fd, bytes->data, bytes->len);
    return n == (ssize_t)bytes->len;
}

/* ---- messages ---- */

static void
add_member(struct buf *to, const char *name, const char *value)
{
    buf_printf(to, ",\"%s\":\"", name);
    template_escape(value, TEMPLATE_JSON, to);
    buf_add_byte(to, '"');
}

static void
write_line(struct outbox *o, const struct message *m)
{
    char at[CLOCK_TEXT_SIZE];
    bool is_mail = m->channel == WORDS__CHANNEL__CHANNEL_EMAIL;
    buf_reset(&o->line);
    buf_printf(&o->line, "{\"at\":\"%s\",\"channel\":\"%s\"",
               clock_format(clock_wall_ms(), at), is_mail ? "email" : "sms");
    add_member(&o->line, "ref", m->ref);
    add_member(&o->line, "from", m->from);
    add_member(&o->line, "to", m->to);
    if (is_mail) {
        add_member(&o->line, "subject", m->subject);
    }
    add_member(&o->line, "text", m->text);
    if (is_mail) {
        buf_printf(&o->line, ",\"file\":\"email/%s.eml\"", m->ref);
    }
    buf_add_string(&o->line, "}\n");
}

static bool
keep_mail(struct outbox *o, const struct message *m)
{
    buf_reset(&o->mail);
    mail_write(m, clock_wall_ms(), &o->mail);
    char *path = mem_format("%s/%s/email/%s.eml", o->dir, m->campaign, m->ref);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_kept = write_whole(fd, &o->mail);
    if (fd >= 0) {
        (void)close(fd);
    }
    free(path);
    return is_kept;
}

static bool
keep(struct outbox *o, const struct message *m)
{
    int fd = get_log(o, m->campaign);
    if (fd < 0 ||
        (m->channel == WORDS__CHANNEL__CHANNEL_EMAIL && !keep_mail(o, m))) {
        return false;
    }
    write_line(o, m);
    return write_whole(fd, &o->line);
}

static void
on_kept(void *arg)
{
    struct answer *answer = arg;
    answer->cb(answer->arg, &answer->handed);
    free(answer);
}

static void
outbox_hand_over(void *self, const struct message *message, handed_cb *cb,
                 void *arg)
{
    struct outbox *o = self;
    struct answer *answer = mem_new(sizeof(*answer));
    bool is_kept = keep(o, message);
    if (!is_kept) {
        log_error("outbox.write", log_str("why", strerror(errno)),
                  log_str("campaign", message->campaign));
    }
    *answer = (struct answer){
        is_kept ? handed_as(WORDS__RECIPIENT_STATE__ACCEPTED, 0)
                : handed_as(WORDS__RECIPIENT_STATE__DEFERRED, REASON_DISK),
        cb, arg};
    loop_defer(o->loop, on_kept, answer);
}

const struct provider_acts provider_outbox = {
    .open = outbox_open,
    .hand_over = outbox_hand_over,
    .close = outbox_close,
};
