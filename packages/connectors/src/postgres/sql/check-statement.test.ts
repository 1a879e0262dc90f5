import { describe, expect, it } from 'vitest'
import { createStatementReason } from '../../sql/fixtures/statement-reason.js'
import { checkStatement } from './check-statement.js'

const reasonOf = createStatementReason(checkStatement)

describe('what is refused', () => {
  it.each([
    ['select 1; drop table x', 'SQL_MULTIPLE_STATEMENTS'],
    ['select 1; select 2', 'SQL_MULTIPLE_STATEMENTS'],
    ['commit', 'SQL_NOT_A_SELECT'],
    ['with x as (delete from t returning *) select * from x', 'SQL_NOT_A_SELECT'],
    ['with x as (insert into t values (1) returning *) select * from x', 'SQL_NOT_A_SELECT'],
    ['with x as (merge into t using s on true when matched then delete returning *) select * from x', 'SQL_NOT_A_SELECT'],
    ['select * from (with x as (update t set a = 1 returning *) select * from x) y', 'SQL_NOT_A_SELECT'],
    ["copy (select 1) to program 'id'", 'SQL_NOT_A_SELECT'],
    ["copy t from program 'id'", 'SQL_NOT_A_SELECT'],
    ['do $$ begin perform 1; end $$', 'SQL_NOT_A_SELECT'],
    ['set role postgres', 'SQL_NOT_A_SELECT'],
    ['call p()', 'SQL_NOT_A_SELECT'],
    ['explain analyze select 1', 'SQL_NOT_A_SELECT'],
    ['prepare p as select 1', 'SQL_NOT_A_SELECT'],
    ['declare c cursor for select 1', 'SQL_NOT_A_SELECT'],
    ['lock table t', 'SQL_NOT_A_SELECT'],
    ['select * from t for update', 'SQL_NOT_A_SELECT'],
    ['select * from (select * from t for share) x', 'SQL_NOT_A_SELECT'],
    ['select 1 into t', 'SQL_NOT_A_SELECT'],
    ['/*!50000 drop table x */', 'SQL_NOT_A_SELECT'],
    ['select 1 /*!50000 union select 2 */', 'SQL_NOT_A_SELECT'],
    ['', 'SQL_NOT_A_SELECT'],
    [' ; -- nothing', 'SQL_NOT_A_SELECT'],
    ["select pg_read_file('/etc/passwd')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select pg_catalog.pg_read_file('/etc/passwd')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select "pg_read_file"(\'/etc/passwd\')', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select ('/etc/passwd'::text).pg_read_file", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select x.pg_ls_dir from unnest(array['/etc'::text]) x", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select pg_sleep(1e6)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select * from t where exists (select 1 from pg_sleep_for('1 day'))", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select * from t order by (select set_config('a.b', 'c', false))", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select lo_import('/etc/passwd')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select lo_export(1, '/tmp/x')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select * from dblink('host=x', 'select 1') as t(a int)", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select dblink_exec('delete from t')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select pg_terminate_backend(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select pg_advisory_lock(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select query_to_xml('delete from t', true, true, '')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select nextval('s')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select current_setting('x')", 'SQL_FUNCTION_NOT_ALLOWED'],
    ["select pg_logical_slot_get_changes('s', null, null)", 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select * from t tablesample evil(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select count(*) filter (where pg_sleep(1) is null) over w from t window w as (order by a)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select my_function(1)', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select app.lower(a) from t', 'SQL_FUNCTION_NOT_ALLOWED'],
    ['select $1', 'SQL_SYNTAX'],
    ['select from where', 'SQL_SYNTAX'],
    ['select 1\0; drop table t', 'SQL_SYNTAX'],
  ])('%s', async (sql, reason) => {
    expect(await reasonOf(sql)).toBe(reason)
  })

  it('a statement nested deeper than the parser goes', async () => {
    expect(await reasonOf(`select ${'('.repeat(50_000)}1${')'.repeat(50_000)}`)).toBe('SQL_SYNTAX')
    expect(await reasonOf(`select ${'abs('.repeat(20_000)}1${')'.repeat(20_000)}`)).toBe('SQL_SYNTAX')
    expect(await reasonOf('select 1')).toBe('accepted')
  })

  it('does not let allowFunctions open a function of PostgreSQL by its schema', async () => {
    expect(await reasonOf("select pg_catalog.pg_read_file('x')", ['pg_catalog.pg_read_file'])).toBe('SQL_FUNCTION_NOT_ALLOWED')
  })

  it('names the function and the position', async () => {
    await expect(checkStatement('select pg_sleep(1)', { field: 'f', allowFunctions: [] })).rejects.toThrow('pg_sleep')
    await expect(checkStatement('select from where', { field: 'f', allowFunctions: [] })).rejects.toThrow('position 13')
  })
})

describe('what is accepted', () => {
  it.each([
    'select id, lower(name), count(*) from t group by 1, 2',
    'with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select * from r',
    "select extract(year from a), substring(b from 1 for 2), trim(c), a at time zone 'UTC', coalesce(d, e), nullif(a, b) from t",
    'select a.*, b.name from a join lateral (select * from jsonb_to_recordset(a.doc) as x(name text)) b on true',
    'values (1, 2), (3, 4)',
    'table t',
    "select case when a ~ 'x' then 1 end, array[1, 2], row_number() over (partition by b order by c) from t",
    "select '/*! a string */ ; drop table x' as text -- a comment",
    'select * from t tablesample system (10)',
    'select current_date, current_user, t.name, (t.pair).left from t',
  ])('%s', async (sql) => {
    expect(await reasonOf(sql)).toBe('accepted')
  })

  it('cuts the semicolon and what follows, counting bytes', async () => {
    const { sql } = await checkStatement("  select 'äöü€' as a ; -- the end", { field: 'f', allowFunctions: [] })
    expect(sql.trim()).toBe("select 'äöü€' as a")
  })

  it('lists what the database must be asked about', async () => {
    const { usage } = await checkStatement('select app.price(a), lower(b), t.c from t where d <-> e < 3', {
      field: 'f',
      allowFunctions: ['app.price'],
    })
    expect([...usage.ownFunctions]).toEqual(['app.price'])
    expect([...usage.safeFunctions]).toEqual(['lower'])
    expect([...usage.attributes]).toEqual(['c'])
    expect([...usage.operators].toSorted()).toEqual(['<', '<->'])
  })
})
