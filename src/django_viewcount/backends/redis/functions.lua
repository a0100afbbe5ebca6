-- What the Redis backend does in one step, between the commands of others.
--
-- `pend` and `batch` are sorted sets of views, by "<key>|" for the total and "<key>|<yyyymmdd>" for
-- a day; what follows the last "|" never holds one, so keys may hold anything. `pend_id` and
-- `batch_id` name the batch that each is, or will be, in the database. `rank` holds the member ""
-- as long as it can be trusted: a set that was lost has lost the mark with it. The mark's score is
-- -inf while no object is missing, else the most views that an object outside may have. No object
-- has an empty key.

-- Add to a set that ends at a time, which is set when the set is made.
local function add_to(key, amount, member, expires)
    local score = redis.call('ZINCRBY', key, amount, member)
    if tonumber(score) == tonumber(amount) and redis.call('ZCARD', key) == 1 then
        redis.call('EXPIREAT', key, expires)
        return true
    end
end

-- KEYS pend, pend_id, rank, trend, older trend, hour, day, visitors of the day;
-- ARGV key, views, yyyymmdd, id for a new pend, weight, factor from the older trend, visitor, and
-- the ends of trend, hour, day and visitors, 1 if the object is ranked. What has no weight, no end or
-- no visitor is left out.
-- Answers the total of the object, or 0 where it is not known.
local function count(keys, args)
    local key, views = args[1], args[2]
    if redis.call('ZINCRBY', keys[1], views, key .. '|') == views then
        redis.call('SETNX', keys[2], args[4])
    end
    redis.call('ZINCRBY', keys[1], views, key .. '|' .. args[3])
    if args[5] ~= '' then
        if add_to(keys[4], args[5], key, args[8]) and redis.call('EXISTS', keys[5]) == 1 then
            redis.call('ZUNIONSTORE', keys[4], 2, keys[4], keys[5], 'WEIGHTS', 1, args[6])
            redis.call('EXPIREAT', keys[4], args[8])
            redis.call('UNLINK', keys[5])
        end
        add_to(keys[6], views, key, args[9])
    end
    if args[10] ~= '' then
        add_to(keys[7], views, key, args[10])
    end
    if args[7] ~= '' and redis.call('PFADD', keys[8], args[7]) == 1 then
        if redis.call('TTL', keys[8]) < 0 then
            redis.call('EXPIREAT', keys[8], args[11])
        end
    end
    local floor = args[12] ~= '' and redis.call('ZSCORE', keys[3], '')
    if floor and (floor == '-inf' or redis.call('ZSCORE', keys[3], key)) then
        return tonumber(redis.call('ZINCRBY', keys[3], views, key))
    end
    return 0
end

-- The same behind up to three gates. KEYS as above, then those of the gates in use: token, network,
-- and what the visitor was seen under, today and yesterday. ARGV as above, then seconds for the
-- token, the limit of the network and the end of its hour, milliseconds for the visitor; "" for a
-- gate that is not in use. Answers as above, or -1 to -3 for the gate that stays shut.
local function judge(keys, args, try)
    local at, token, network = 9, nil, nil
    if args[13] ~= '' then
        token, at = keys[at], at + 1
        if redis.call('EXISTS', token) == 1 then
            return -1
        end
    end
    if args[14] ~= '' then
        network, at = keys[at], at + 1
    end
    if args[16] ~= '' then
        for i = at, #keys do
            if redis.call('EXISTS', keys[i]) == 1 then
                return -2
            end
        end
    end
    if network and tonumber(redis.call('GET', network) or 0) + args[2] > tonumber(args[14]) then
        return -3
    end
    if try then
        return 0
    end
    if token then
        redis.call('SET', token, 1, 'EX', args[13])
    end
    if network and redis.call('INCRBY', network, args[2]) == tonumber(args[2]) then
        redis.call('EXPIREAT', network, args[15])
    end
    if args[16] ~= '' then
        redis.call('SET', keys[at], 1, 'PX', args[16])
    end
    return count(keys, args)
end

local function guard(keys, args)
    return judge(keys, args, false)
end

local function try(keys, args)
    return judge(keys, args, true)
end

-- KEYS pend, pend_id, batch, batch_id, rank; ARGV members of pend.
-- Answers the two ids, 1 if the ranking can be trusted, and the scores in pend and in batch.
local function held(keys, args)
    local answer = {redis.call('GET', keys[2]), redis.call('GET', keys[4])}
    answer[3] = redis.call('ZSCORE', keys[5], '') and 1 or 0
    for _, key in ipairs({keys[1], keys[3]}) do
        answer[#answer + 1] = redis.call('ZMSCORE', key, unpack(args))
    end
    return answer
end

-- KEYS pend, pend_id, batch, batch_id, claims; ARGV id for a pend that has none.
-- Answers {1 if an earlier flush left this batch, its id}, or nothing if nothing waits.
local function claim(keys, args)
    if redis.call('EXISTS', keys[3]) == 1 then
        redis.call('SETNX', keys[4], args[1])
        return {1, redis.call('GET', keys[4])}
    end
    if redis.call('EXISTS', keys[1]) == 0 then
        return false
    end
    redis.call('RENAME', keys[1], keys[3])
    redis.call('SET', keys[4], redis.call('GET', keys[2]) or args[1])
    redis.call('DEL', keys[2])
    redis.call('INCR', keys[5])
    return {0, redis.call('GET', keys[4])}
end

-- KEYS batch, batch_id; ARGV id. Another flush may have released this batch, and claimed the next.
local function release(keys, args)
    if redis.call('GET', keys[2]) == args[1] then
        redis.call('UNLINK', keys[1], keys[2])
    end
end

-- KEYS rank, pend; ARGV key, total in the database, key, total...
-- Answers 1 if the ranking can be trusted.
local function raise(keys, args)
    local floor = redis.call('ZSCORE', keys[1], '')
    if not floor then
        return 0
    end
    for i = 1, #args, 2 do
        local key, total = args[i], tonumber(args[i + 1])
        if redis.call('ZSCORE', keys[1], key) then
            redis.call('ZADD', keys[1], 'GT', total, key)
        elseif floor == '-inf' or total > tonumber(floor) then
            total = total + tonumber(redis.call('ZSCORE', keys[2], key .. '|') or 0)
            redis.call('ZADD', keys[1], total, key)
        end
    end
    return 1
end

-- KEYS new ranking, rank, pend, batch, claims; ARGV what claims was before the database was read,
-- score of the mark. Answers 1 if the ranking can be trusted now. A claim since then may or may
-- not be in what was read.
local function adopt(keys, args)
    if redis.call('EXISTS', keys[4]) == 1 or (redis.call('GET', keys[5]) or '') ~= args[1] then
        redis.call('UNLINK', keys[1])
        return 0
    end
    if redis.call('ZSCORE', keys[2], '') then
        redis.call('UNLINK', keys[1])
        return 1
    end
    local waiting = redis.call('ZRANGE', keys[3], 0, -1, 'WITHSCORES')
    for i = 1, #waiting, 2 do
        local key = string.match(waiting[i], '^(.+)|$')
        if key and (args[2] == '-inf' or redis.call('ZSCORE', keys[1], key)) then
            redis.call('ZINCRBY', keys[1], waiting[i + 1], key)
        end
    end
    redis.call('ZADD', keys[1], args[2], '')
    redis.call('PERSIST', keys[1])
    redis.call('RENAME', keys[1], keys[2])
    return 1
end

-- KEYS rank, other sets...; ARGV size. Cuts each down to its best; the mark tells what was cut off.
local function trim(keys, args)
    local size = tonumber(args[1])
    for i, key in ipairs(keys) do
        local excess = redis.call('ZCARD', key) - size
        if excess > size / 10 then
            if i == 1 then
                local mark = redis.call('ZSCORE', key, '')
                redis.call('ZREM', key, '')
                local best = redis.call('ZRANGE', key, excess - 2, excess - 2, 'WITHSCORES')
                redis.call('ZREMRANGEBYRANK', key, 0, excess - 2)
                if mark then
                    redis.call('ZADD', key, best[2], '')
                end
            else
                redis.call('ZREMRANGEBYRANK', key, 0, excess - 1)
            end
        end
    end
end

-- KEYS pend, rankings..., visitors...; ARGV key, number of rankings, members of pend...
-- Removes all of it, and answers the scores in the rankings and the visitors.
local function take(keys, args)
    local answer = {}
    if #args > 2 then
        redis.call('ZREM', keys[1], unpack(args, 3))
    end
    for i = 2, args[2] + 1 do
        answer[i - 1] = redis.call('ZSCORE', keys[i], args[1])
        redis.call('ZREM', keys[i], args[1])
    end
    for i = args[2] + 2, #keys do
        answer[i - 1] = redis.call('GET', keys[i])
        redis.call('UNLINK', keys[i])
    end
    return answer
end

-- KEYS a name for a moment, rankings..., visitors...; ARGV key, number of rankings, score or visitors
-- and end of each. Adds what was taken from another object.
local function blend(keys, args)
    for i = 2, #keys do
        local taken, expires = args[2 * i - 1], args[2 * i]
        if taken ~= '' then
            if i <= args[2] + 1 then
                add_to(keys[i], taken, args[1], expires)
            else
                redis.call('SET', keys[1], taken)
                redis.call('PFMERGE', keys[i], keys[1])
                redis.call('EXPIREAT', keys[i], expires)
                redis.call('UNLINK', keys[1])
            end
        end
    end
end

-- Make the union of hours or days, and keep it for a while.
local function unite(keys, args)
    if redis.call('EXISTS', keys[1]) == 1 then
        return
    end
    local command = {'ZUNIONSTORE', keys[1], #keys - 1}
    for i = 2, #keys do
        command[#command + 1] = keys[i]
    end
    redis.call(unpack(command))
    redis.call('EXPIRE', keys[1], math.max(args[1], 1))
end

local function ended(key, args)
    if tonumber(args[1]) == 0 then
        redis.call('UNLINK', key)
    end
end

-- KEYS the union, hours or days...; ARGV seconds to keep the union, limit.
local function best(keys, args)
    unite(keys, args)
    local answer = redis.call('ZRANGE', keys[1], 0, args[2] - 1, 'REV', 'WITHSCORES')
    ended(keys[1], args)
    return answer
end

-- The same; ARGV seconds, keys...
local function scores(keys, args)
    unite(keys, args)
    local answer = redis.call('ZMSCORE', keys[1], unpack(args, 2))
    ended(keys[1], args)
    return answer
end

-- The same; ARGV seconds, a score, "" for the place of nothing. Answers how many have more, and how
-- many there are.
local function above(keys, args)
    unite(keys, args)
    local number = redis.call('ZCOUNT', keys[1], '(' .. args[2], '+inf')
    local answer = {number, redis.call('ZCARD', keys[1])}
    ended(keys[1], args)
    return answer
end

-- KEYS visitors of some object on some day... Answers how many each.
local function visitors(keys, args)
    local answer = {}
    for i, key in ipairs(keys) do
        answer[i] = redis.call('PFCOUNT', key)
    end
    return answer
end
