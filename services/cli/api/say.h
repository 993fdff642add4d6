/* say -- a sentence to whoever typed the words. */
#ifndef CLI_SAY_H
#define CLI_SAY_H

/* "muster: …" and a line end, on standard error. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
