const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Functions of MySQL and MariaDB that a statement may call: they compute from their arguments or report the user and the time, never wait, and
 * have no access to files, locks, other sessions, sequences or replication. What is not listed is refused;
 * `allowFunctions` adds the user's own functions.
 */
export const SAFE_FUNCTIONS: ReadonlySet<string> = new Set([
  // aggregates and window functions
  ...words(`count sum avg min max group_concat json_arrayagg json_objectagg bit_and bit_or bit_xor std stddev stddev_pop stddev_samp var_pop var_samp
    variance any_value grouping row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value median
    percentile_cont percentile_disc`),
  // text and bytes
  ...words(`ascii bin bit_count bit_length char_length character_length chr concat concat_ws convert elt export_set field find_in_set format
    from_base64 to_base64 hex unhex insert instr lcase left length lengthb locate lower lpad ltrim make_set mid oct octet_length ord position quote
    regexp_instr regexp_like regexp_replace regexp_substr repeat replace reverse right rpad rtrim soundex space strcmp substr substring
    substring_index to_char translate trim trim_oracle ucase upper weight_string natural_sort_key sformat collation charset coercibility
    md5 sha sha1 sha2 crc32 crc32c compress uncompress uncompressed_length`),
  // numbers
  ...words(`abs acos asin atan atan2 ceil ceiling conv cos cot degrees exp floor greatest least ln log log10 log2 mod pi pow power radians round sign
    sin sqrt tan truncate to_number cast`),
  // time
  ...words(`adddate addtime add_months convert_tz curdate curtime current_date current_time current_timestamp date date_add date_format date_sub
    datediff day dayname dayofmonth dayofweek dayofyear extract from_days from_unixtime get_format hour last_day localtime localtimestamp makedate
    maketime microsecond minute month monthname now period_add period_diff quarter sec_to_time second str_to_date subdate subtime sysdate time
    time_format time_to_sec timediff timestamp timestampadd timestampdiff to_days to_seconds unix_timestamp utc_date utc_time utc_timestamp week
    weekday weekofyear year yearweek`),
  // control flow, null handling, user
  ...words(`coalesce if ifnull isnull nullif nvl nvl2 decode_oracle interval match database schema user current_user session_user system_user version
    inet_aton inet_ntoa inet6_aton inet6_ntoa is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid uuid_to_bin bin_to_uuid format_bytes
    format_pico_time name_const values value`),
  // JSON and XML
  ...words(`json_array json_array_append json_array_insert json_array_intersect json_compact json_contains json_contains_path json_depth json_detailed
    json_equals json_exists json_extract json_insert json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve
    json_normalize json_object json_object_filter_keys json_object_to_array json_overlaps json_pretty json_query json_quote json_remove json_replace
    json_schema_valid json_schema_validation_report json_search json_set json_storage_free json_storage_size json_table json_type json_unquote
    json_valid json_value extractvalue`),
  // geometry
  ...words(`st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer st_centroid st_contains st_convexhull st_crosses
    st_difference st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring st_geohash
    st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb st_interiorringn st_intersection st_intersects st_isclosed
    st_isempty st_isring st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_longfromgeohash st_longitude st_makeenvelope
    st_numgeometries st_numinteriorrings st_numpoints st_overlaps st_pointfromgeohash st_pointfromtext st_pointn st_pointonsurface st_relate
    st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y
    astext aswkt asbinary aswkb geomfromtext geomfromwkb mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin
    point linestring polygon multipoint multilinestring multipolygon geometrycollection`),
])
