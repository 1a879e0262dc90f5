import { describe, expect, it } from 'vitest'
import { createStatementReason } from '../../sql/fixtures/statement-reason.js'
import { checkStatement } from './check-statement.js'

const reasonOf = createStatementReason(checkStatement)

describe('what is refused', () => {
  it.each([
    ['select 1; drop table x', 'SQL_MULTIPLE_STATEMENTS'],
    ['select 1; select 2', 'SQL_MULTIPLE_STATEMENTS'],
    ['commit', 'SQL_NOT_A_SELECT'],
    ['with x as (select 1) delete from t', 'SQL_NOT_A_SELECT'],
    ['with x as (delete from t returning *) select * from x', 'SQL_NOT_A_SELECT'],
    ['(insert into t values (1))', 'SQL_NOT_A_SELECT'],
    ['set role all', 'SQL_NOT_A_SELECT'],
    ['call p()', 'SQL_NOT_A_SELECT'],
    ['explain select 1', 'SQL_NOT_A_SELECT'],
    ['handler t open', 'SQL_NOT_A_SELECT'],
    ["load data infile 'x' into table t", 'SQL_NOT_A_SELECT'],
    ['select * from t for update', 'SQL_NOT_A_SELECT'],
    ['select * from (select * from t for share) x', 'SQL_NOT_A_SELECT'],
    ['select * from t lock in share mode', 'SQL_NOT_A_SELECT'],
    ["select 1 into outfile '/tmp/x'", 'SQL_NOT_A_SELECT'],
    ["select 1 InTo dumpfile '/tmp/x'", 'SQL_NOT_A_SELECT'],
    ['select 1 into @x', 'SQL_NOT_A_SELECT'],
    ['select @x := 1', 'SQL_NOT_A_SELECT'],
    ['select @@global.version', 'SQL_NOT_A_SELECT'],
    ['select * from t procedure analyse()', 'SQL_NOT_A_SELECT'],
    ['select next value for s', 'SQL_NOT_A_SELECT'],
    ['/*!50000 drop table x */', 'SQL_NOT_A_SELECT'],
    ['select 1 /*!50000 union select 2 */', 'SQL_NOT_A_SELECT'],
    ['select 1 /*M! , sleep(9) */', 'SQL_NOT_A_SELECT'],
    ['select /*+ SET_VAR(sql_mode = ANSI_QUOTES) */ 1', 'SQL_NOT_A_SELECT'],
    ['', 'SQL_NOT_A_SELECT'],
    [' ; -- nothing', 'SQL_NOT_A_SELECT'],
    ['select sleep(9)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select SLEEP /* now */ (9)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select `sleep`(9)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select load_file('/etc/passwd')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select benchmark(1e9, md5('x'))", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select get_lock('x', 10)", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select release_all_locks()', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select master_pos_wait('x', 1)", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select nextval(s)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select last_insert_id(5)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select sys_exec('id')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select * from t where exists (select sleep(1))', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select my_function(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select app.lower(a) from t', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select app . `lower` (a) from t', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select .sleep(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select 1.sleep(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select columns(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select `in`(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select ?', 'SQL_SYNTAX'],
    ['select 1) t, (select 2', 'SQL_SYNTAX'],
    ['select (1', 'SQL_SYNTAX'],
    ['select 5--3', 'SQL_SYNTAX'],
    ["select 'it''s open", 'SQL_SYNTAX'],
    ["select '\\'; drop table t", 'SQL_SYNTAX'],
    ['select 1 /* open', 'SQL_SYNTAX'],
    ['select {fn sleep(1)}', 'SQL_SYNTAX'],
    ['select 1\0; drop table t', 'SQL_SYNTAX'],
  ])('%s', async (sql, reason) => {
    expect(await reasonOf(sql)).toBe(reason)
  })

  it('a statement nested deeper than a server allows', async () => {
    expect(await reasonOf(`select ${'('.repeat(50_000)}1${')'.repeat(50_000)}`)).toBe('SQL_SYNTAX')
  })

  it('a waiting function even when the settings allow it', async () => {
    expect(await reasonOf('select sleep(1)', ['sleep'])).toBe('SQL_FUNCTION_NOT_ALLOWED')
  })

  it('names the function and the position', () => {
    expect(() => checkStatement('select benchmark(1, 2)', { field: 'f', allowFunctions: [] })).toThrow('benchmark')
    expect(() => checkStatement('select 1 for update', { field: 'f', allowFunctions: [] })).toThrow('position 14')
  })
})

describe('what is accepted', () => {
  it.each([
    'select id, lower(name), count(*) from t group by 1, 2',
    'with recursive r (n) as (select 1 union all select n + 1 from r where n < 5) select * from r',
    "select extract(year from a), substring(b from 1 for 2), trim(both ' ' from c), coalesce(d, e), if(a, b, c) from t",
    "(select a from t where b in (1, 2) and not (c between 1 and 2)) union all (select 'x')",
    'select cast(a as decimal(10, 2)), convert(b, char(10)), cast(c as char character set utf8mb4), convert(d using utf8mb4) from t',
    'select row_number() over (partition by b order by c), sum(x) over w from t window w as (order by y)',
    "select * from json_table('[1]', '$[*]' columns (v int path '$')) as j",
    "select '/*! a string */ ; into outfile' as `into`, \"double ' quoted; @x\" # a comment with sleep(1)",
    "select t.delete, replace(a, 'x', 'y'), insert(a, 1, 2, 'z') from t use index (i)",
    "select a->'$.x', b->>'$.y', -1 - -1, interval(1, 2), date_add(d, interval (1 + 1) day) from t",
    "select match (a, b) against ('x' in boolean mode), left(a, 1), `a b`.`c``d` from `a b` -- the end",
  ])('%s', async (sql) => {
    expect(await reasonOf(sql)).toBe('accepted')
  })

  it('leaves out comments and semicolons, without joining what they separate', () => {
    const { sql } = checkStatement("  select 'äöü€'/* one */as a, 2-/**/-1 ; -- the end", { field: 'f', allowFunctions: [] })
    expect(sql).toBe("select 'äöü€' as a, 2- -1")
  })

  it('lists what the database must be asked about', () => {
    const { functions } = checkStatement('select app.Price(a), LOWER(b) from t', { field: 'f', allowFunctions: ['app.Price'] })
    expect(functions).toEqual(['app.price', 'lower'])
  })
})
