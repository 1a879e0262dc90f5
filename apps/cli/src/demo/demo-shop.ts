import { runScript } from '@inlet/db'

/** A small shop in its own database beside Inlet's, and a role that may only read it. Created once; 500 customers, 5,000 orders. */
export const DEMO_SHOP = { database: 'inlet_demo_shop', role: 'inlet_demo_reader', customers: 500, orders: 5_000 } as const

/** Creates database, role and rows, unless they exist. */
export const ensureDemoShop = async (adminUrl: string, readerPassword: string): Promise<void> => {
  const [present] = await runScript<{ shop: boolean; role: boolean }>(
    adminUrl,
    `SELECT EXISTS (SELECT FROM pg_database WHERE datname = '${DEMO_SHOP.database}') AS shop, EXISTS (SELECT FROM pg_roles WHERE rolname = '${DEMO_SHOP.role}') AS role`,
  )
  if (!/^[\w-]+$/.test(readerPassword)) throw new Error('unexpected characters in the password made for the demo')
  await runScript(adminUrl, `${present?.role ? 'ALTER' : 'CREATE'} ROLE ${DEMO_SHOP.role} LOGIN PASSWORD '${readerPassword}'`)
  if (!present?.shop) await runScript(adminUrl, `CREATE DATABASE ${DEMO_SHOP.database}`)
  const url = new URL(adminUrl)
  url.pathname = `/${DEMO_SHOP.database}`
  await runScript(url.href, SCHEMA)
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS customers (id integer PRIMARY KEY, name text NOT NULL, city text NOT NULL, updated_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, amount numeric(12,2) NOT NULL, status text NOT NULL, note text, updated_at timestamptz NOT NULL);
INSERT INTO customers
  SELECT n, (ARRAY['Ada','Grace','Edsger','Barbara','Donald','Radia','Ken','Frances'])[1 + n % 8] || ' ' || (ARRAY['Lind','Moreau','Okafor','Tanaka','Silva','Novak','Haddad'])[1 + n % 7] || ' ' || n,
         (ARRAY['Lisbon','Osaka','Accra','Tromsø','Quito','Leeds'])[1 + n % 6], timestamptz '2026-01-01' + n * interval '1 hour'
  FROM generate_series(1, ${DEMO_SHOP.customers}) n ON CONFLICT DO NOTHING;
INSERT INTO orders
  SELECT n, 1 + (n * 37) % ${DEMO_SHOP.customers}, (n * 1.37)::numeric(12,2), (ARRAY['open','paid','sent','returned'])[1 + n % 4],
         CASE WHEN n % 50 = 0 THEN 'Customer asked for a refund because the parcel arrived damaged, order ' || n END, timestamptz '2026-02-01' + n * interval '7 minutes'
  FROM generate_series(1, ${DEMO_SHOP.orders}) n ON CONFLICT DO NOTHING;
GRANT USAGE ON SCHEMA public TO ${DEMO_SHOP.role};
GRANT SELECT ON customers, orders TO ${DEMO_SHOP.role};`
