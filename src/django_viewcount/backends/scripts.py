"""The Lua scripts of the Redis backend. Each runs as one step, between the commands of others.

`pend` and `batch` are hashes of counts that carry their own batch id in the field "". `rank` is a
sorted set that holds the member "" as long as it is complete: a set that Redis evicted or lost
loses the mark with it. No object has an empty key, so neither name is ever taken.
"""

from __future__ import annotations

# KEYS pend, rank; ARGV total field, day field, views, member, id for a new pend.
# Answers the object's score, or nothing where the ranking is not complete.
COUNT = """
redis.call('HSETNX', KEYS[1], '', ARGV[5])
redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[3])
redis.call('HINCRBY', KEYS[1], ARGV[2], ARGV[3])
if redis.call('ZSCORE', KEYS[2], '') then
    return redis.call('ZINCRBY', KEYS[2], ARGV[3], ARGV[4])
end
return false
"""

# KEYS pend, batch, claims; ARGV id for a pend that has none.
# Answers {1 if an earlier flush left this batch, its id}, or nothing if nothing waits.
CLAIM = """
if redis.call('EXISTS', KEYS[2]) == 1 then
    return {1, redis.call('HGET', KEYS[2], '')}
end
if redis.call('EXISTS', KEYS[1]) == 0 then
    return false
end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('HSETNX', KEYS[2], '', ARGV[1])
redis.call('INCR', KEYS[3])
return {0, redis.call('HGET', KEYS[2], '')}
"""

# KEYS batch; ARGV id. Another flush may have released this batch, and claimed the next, already.
RELEASE = """
if redis.call('HGET', KEYS[1], '') == ARGV[1] then
    redis.call('UNLINK', KEYS[1])
end
"""

# KEYS rank; ARGV member, total, member, total... Answers 1 if the ranking is complete.
RAISE = """
if not redis.call('ZSCORE', KEYS[1], '') then
    return 0
end
for i = 1, #ARGV, 2 do
    redis.call('ZADD', KEYS[1], 'GT', ARGV[i + 1], ARGV[i])
end
return 1
"""

# KEYS new ranking, rank, pend, batch, claims; ARGV what claims was before the database was read.
# Answers 1 if the ranking is complete now. A claim since then may or may not be in what was read.
ADOPT = """
if redis.call('EXISTS', KEYS[4]) == 1 or (redis.call('GET', KEYS[5]) or '') ~= ARGV[1] then
    redis.call('UNLINK', KEYS[1])
    return 0
end
if redis.call('ZSCORE', KEYS[2], '') then
    redis.call('UNLINK', KEYS[1])
    return 1
end
local waiting = redis.call('HGETALL', KEYS[3])
for i = 1, #waiting, 2 do
    local member = string.match(waiting[i], '^(.+)|$')
    if member then
        redis.call('ZINCRBY', KEYS[1], waiting[i + 1], member)
    end
end
redis.call('ZADD', KEYS[1], '-inf', '')
redis.call('PERSIST', KEYS[1])
redis.call('RENAME', KEYS[1], KEYS[2])
return 1
"""
