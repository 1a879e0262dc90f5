const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Functions of pg_catalog that a statement may call: they compute from their arguments or report the user and the time, and have no access to
 * files, other sessions, settings, large objects, other databases or statements given as text. What is not
 * listed is refused; `allowFunctions` adds the user's own functions.
 */
export const SAFE_FUNCTIONS: ReadonlySet<string> = new Set([
  // aggregates and window functions
  ...words(`count sum avg min max bool_and bool_or every any_value string_agg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg
    json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict json_object_agg_unique jsonb_object_agg_unique
    xmlagg range_agg range_intersect_agg bit_and bit_or bit_xor corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept
    regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp variance var_pop var_samp mode percentile_cont
    percentile_disc row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value grouping`),
  // text and bytes
  ...words(`lower upper initcap casefold length char_length character_length octet_length bit_length bit_count substr substring left right
    btrim ltrim rtrim trim lpad rpad concat concat_ws replace translate reverse repeat split_part strpos position starts_with overlay
    ascii chr to_hex to_bin to_oct md5 sha224 sha256 sha384 sha512 crc32 crc32c encode decode convert convert_from convert_to format
    quote_ident quote_literal quote_nullable regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table
    regexp_count regexp_instr regexp_like regexp_substr string_to_array string_to_table array_to_string like_escape similar_to_escape
    normalize is_normalized unistr text varchar bpchar name get_bit get_byte set_bit set_byte`),
  // numbers
  ...words(`abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log10 power pow mod div gcd lcm factorial degrees radians pi
    sin cos tan cot asin acos atan atan2 sind cosd tand cotd asind acosd atand atan2d sinh cosh tanh asinh acosh atanh erf erfc gamma
    lgamma scale min_scale trim_scale width_bucket to_number numeric int2 int4 int8 float4 float8 bool generate_series`),
  // time
  ...words(`now transaction_timestamp statement_timestamp clock_timestamp timezone date_part extract date_trunc date_bin age to_char
    to_date to_timestamp make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours justify_interval
    isfinite overlaps date time timetz timestamp timestamptz interval date_add date_subtract`),
  // arrays, ranges, rows, enums, null handling
  ...words(`array_append array_cat array_dims array_fill array_length array_lower array_ndims array_position array_positions
    array_prepend array_remove array_replace array_reverse array_sort array_upper array_sample cardinality trim_array unnest
    generate_subscripts isempty lower_inc lower_inf upper_inc upper_inf range_merge multirange int4range int8range numrange tsrange
    tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange enum_first enum_last
    enum_range num_nulls num_nonnulls`),
  // JSON and XML, except those that run a statement
  ...words(`to_json to_jsonb row_to_json array_to_json json_build_array json_build_object jsonb_build_array jsonb_build_object json_object
    jsonb_object json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_array_length
    jsonb_array_length json_each json_each_text jsonb_each jsonb_each_text json_extract_path json_extract_path_text jsonb_extract_path
    jsonb_extract_path_text json_object_keys jsonb_object_keys json_populate_record jsonb_populate_record json_populate_recordset
    jsonb_populate_recordset json_to_record json_to_recordset jsonb_to_record jsonb_to_recordset json_strip_nulls jsonb_strip_nulls
    json_typeof jsonb_typeof jsonb_set jsonb_set_lax jsonb_insert jsonb_pretty jsonb_path_exists jsonb_path_match jsonb_path_query
    jsonb_path_query_array jsonb_path_query_first jsonb_path_exists_tz jsonb_path_match_tz jsonb_path_query_tz
    jsonb_path_query_array_tz jsonb_path_query_first_tz json_scalar json_serialize
    xml xpath xpath_exists xml_is_well_formed xml_is_well_formed_content xml_is_well_formed_document xmlcomment xmltext xmlexists`),
  // text search, network addresses, geometry, identifiers
  ...words(`to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank ts_rank_cd ts_headline ts_lexize
    ts_filter ts_delete tsvector_to_array array_to_tsvector setweight strip numnode querytree json_to_tsvector jsonb_to_tsvector
    abbrev broadcast family host hostmask inet_merge inet_same_family masklen netmask network set_masklen macaddr8_set7bit area center
    diagonal diameter height width isclosed isopen npoints pclose popen radius slope box circle line lseg path point polygon bound_box
    gen_random_uuid uuidv4 uuid_extract_timestamp uuid_extract_version pg_typeof pg_column_size obj_description col_description
    current_database current_schema version`),
])

/** The built-in sampling methods of PostgreSQL. */
export const SAFE_SAMPLING: ReadonlySet<string> = new Set(['system', 'bernoulli'])
