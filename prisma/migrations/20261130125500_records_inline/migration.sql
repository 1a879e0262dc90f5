-- A record of 2 to 4 kB stays in its row as it is. Compressing its longest columns costs more than a fifth of storing it, and each reader expands them again.
ALTER TABLE records SET (toast_tuple_target = 4080);
