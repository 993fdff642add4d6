/* test_shared_clock -- days that pass for several processes at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/base.h"
#include "common/bus/bus.h"
#include "common/loop/loop.h"
#include "tests/support/process/process.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define MINUTE_MS 60000
#define WAIT_MS 5000

struct world {
    char *dir, *conf, *output, *program, *page;
    struct process processes[2];
    struct loop *loop;
    struct bus *bus;
};

static void
write_page(const struct world *world, int64_t wall_ms, int64_t boot_ms)
{
    struct clock_page page = {wall_ms, boot_ms};
    FILE *file = fopen(world->page, "r+");
    file = file != NULL ? file : fopen(world->page, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(&page, sizeof(page), 1, file), 1);
    assert_int_equal(fclose(file), 0);
}

static void
start(struct world *world, int i)
{
    const char *argv[] = {world->program, "--config",         world->conf,
                          "--instance",   i == 0 ? "0" : "1", NULL};
    process_start(&world->processes[i], world->output, argv);
}

static void
open_world(struct world *world, const char *more)
{
    *world = (struct world){.dir = temp_dir_new()};
    world->conf = temp_path(world->dir, "muster.ini");
    world->output = temp_path(world->dir, "output");
    world->page = temp_path(world->dir, "clock");
    world->program = process_test_program("echo_service");
    char *text = mem_format("[run]\ndir = %s/run\n%s", world->dir, more);
    file_write(world->conf, text);
    free(text);
    (void)setenv("MUSTER_TEST_CLOCK", world->page, 1);
}

static void
close_world(struct world *world)
{
    (void)unsetenv("MUSTER_TEST_CLOCK");
    for (int i = 0; i < 2; i++) {
        process_kill(&world->processes[i]);
    }
    free(world->program);
    free(world->output);
    free(world->conf);
    free(world->page);
    temp_dir_remove(&world->dir);
}

struct clocks {
    int count;
    bool is_refused; /* not reached yet: ask again */
    int64_t ms[2];   /* wall, boot */
};

static void
on_clocks(void *arg, enum err err, const char *detail, const void *body,
          size_t len)
{
    struct clocks *clocks = arg;
    (void)detail;
    clocks->is_refused = err == ERR_UNAVAILABLE || err == ERR_TIMEOUT;
    if (clocks->is_refused) {
        return;
    }
    assert_int_equal(err, ERR_NONE);
    assert_int_equal(len, sizeof(clocks->ms));
    memcpy(clocks->ms, body, len);
    clocks->count++;
}

static struct clocks
read_clocks(struct world *world, struct bus_peer *peer, int instance)
{
    struct clocks clocks = {.is_refused = true};
    for (int i = 0; i < WAIT_MS / 10 && clocks.count == 0; i++) {
        if (clocks.is_refused) {
            clocks.is_refused = false;
            bus_ask(peer,
                    &(struct bus_ask){.body = "time",
                                      .len = 4,
                                      .instance = instance,
                                      .is_repeatable = true},
                    on_clocks, &clocks);
        }
        loop_turn(world->loop, 10);
    }
    assert_int_equal(clocks.count, 1);
    return clocks;
}

static void
expect_near(int64_t got_ms, int64_t want_ms)
{
    int64_t off_ms = got_ms > want_ms ? got_ms - want_ms : want_ms - got_ms;
    assert_true(off_ms < MINUTE_MS);
}

static void
days_pass_for_all_that_run_when_the_page_says_so(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, "");
    write_page(&world, 0, 0);
    for (int i = 0; i < 2; i++) {
        start(&world, i);
        process_wait_for_line(&world.processes[i], "service.running");
    }
    process_wait_for_line(&world.processes[0], "clock.moved_by_test");
    world.loop = loop_new();
    world.bus = bus_new(world.loop, &(struct bus_options){.name = "t.0"});
    char *both = mem_format("ipc://%s/run/echo.0.ask,ipc://%s/run/echo.1.ask",
                            world.dir, world.dir);
    struct bus_peer *peer = bus_connect(world.bus, "echo", both);
    for (int64_t days = 0; days <= 30; days += 15) {
        /* Deadlines of asks are boot times: those stay where they are. */
        write_page(&world, days * DAY_MS, 0);
        for (int i = 1; i <= 2; i++) {
            struct clocks clocks = read_clocks(&world, peer, i);
            expect_near(clocks.ms[0], clock_wall_ms() + days * DAY_MS);
            expect_near(clocks.ms[1], clock_boot_ms());
        }
    }
    bus_free(&world.bus);
    loop_free(&world.loop);
    free(both);
    close_world(&world);
}

static void
a_route_that_reaches_people_is_refused_under_a_moved_clock(void **state)
{
    (void)state;
    static const struct {
        const char *route;
        int exit; /* -1: it runs */
    } rows[] = {
        {"provider = outbox\n", -1},
        {"provider = http\nurl = http://127.0.0.1:8000/send\n", -1},
        {"provider = http\nurl = https://sms.example/send\n", 1},
        {"provider = http\nurl = http://127.0.0.1.example/send\n", 1},
        {"provider = smtp\nurl = smtp://relay.example:25\n", 1},
        {"provider = http\n", 1},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct world world;
        char *more = mem_format("[route.a]\nchannel = sms\n%s", rows[i].route);
        open_world(&world, more);
        write_page(&world, 0, 0);
        start(&world, 0);
        if (rows[i].exit == -1) {
            process_wait_for_line(&world.processes[0], "service.running");
        } else if (process_wait(&world.processes[0]) != rows[i].exit) {
            fail_msg("row %zu: %s", i, rows[i].route);
        }
        free(more);
        close_world(&world);
    }
}

static void
a_page_that_is_none_ends_the_program(void **state)
{
    (void)state;
    struct world world;
    open_world(&world, "");
    file_write(world.page, "short");
    start(&world, 0);
    assert_int_equal(process_wait(&world.processes[0]), 1);
    char *said = file_read(world.output, NULL);
    assert_non_null(strstr(said, "is not a page of a clock"));
    free(said);
    close_world(&world);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_pass_for_all_that_run_when_the_page_says_so),
        cmocka_unit_test(
            a_route_that_reaches_people_is_refused_under_a_moved_clock),
        cmocka_unit_test(a_page_that_is_none_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
